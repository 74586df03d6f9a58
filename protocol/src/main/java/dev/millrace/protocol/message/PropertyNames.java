package dev.millrace.protocol.message;

/** Names of the message properties that the platform itself reads or writes. */
public final class PropertyNames {
    /** Lookup values, separated by one space. */
    public static final String KEYS = "KEYS";
    /** The filter label. */
    public static final String TAGS = "TAGS";
    /** Whether the sender waits for the flush: {@code true} (default) or {@code false}. */
    public static final String WAIT = "WAIT";
    /** Delay level, 1..18. */
    public static final String DELAY = "DELAY";
    /** The id that the sending client gave, kept over its retries. */
    public static final String UNIQUE_KEY = "UNIQ_KEY";
    /** Topic of a retried message before it went to the retry topic. */
    public static final String RETRY_TOPIC = "RETRY_TOPIC";

    public static final String REAL_TOPIC = "REAL_TOPIC";
    public static final String REAL_QUEUE_ID = "REAL_QID";
    public static final String TRANSACTION_PREPARED = "TRAN_MSG";
    public static final String PRODUCER_GROUP = "PGROUP";
    /** Unique id of a half message. */
    public static final String TRANSACTION_ID = "__transactionId__";
    /** Queue offset of the half message that this one is a later copy of. */
    public static final String TRANSACTION_PREPARED_QUEUE_OFFSET = "TRAN_PREPARED_QUEUE_OFFSET";
    /** When the half message that this one is a later copy of was first stored, ms since the epoch. */
    public static final String TRANSACTION_SINCE_MS = "TRAN_SINCE_MS";
    /** How often the producers were asked for the outcome. */
    public static final String TRANSACTION_CHECK_TIMES = "TRANSACTION_CHECK_TIMES";
    /** Seconds after which the producers are asked for the first time. */
    public static final String CHECK_IMMUNITY_SECONDS = "CHECK_IMMUNITY_TIME_IN_SECONDS";

    public static final String TIMES_CONSUMED = "RECONSUME_TIME";
    public static final String TIMES_CONSUMED_MAX = "MAX_RECONSUME_TIMES";
    /** Id of the first message of a chain of retries. */
    public static final String ORIGIN_MESSAGE_ID = "ORIGIN_MESSAGE_ID";

    public static final String REGION = "MSG_REGION";
    public static final String TRACE_ON = "TRACE_ON";
    public static final String CLUSTER = "CLUSTER";
    public static final String DEAD_LETTER_ORIGIN_TOPIC = "DLQ_ORIGIN_TOPIC";
    public static final String DEAD_LETTER_ORIGIN_MESSAGE_ID = "DLQ_ORIGIN_MESSAGE_ID";
    public static final String TIMER_DELAY_SECONDS = "TIMER_DELAY_SEC";
    public static final String TIMER_DELAY_MS = "TIMER_DELAY_MS";
    public static final String TIMER_DELIVER_MS = "TIMER_DELIVER_MS";
    /** When a message that is held back is due, ms since the epoch. */
    public static final String TIMER_DUE_MS = "TIMER_OUT_MS";
    /** When the broker took a message to hold it back. */
    public static final String TIMER_TAKEN_MS = "TIMER_ENQUEUE_MS";
    /** When the broker delivered a message that it had held back. */
    public static final String TIMER_DELIVERED_MS = "TIMER_DEQUEUE_MS";
    /** How often a message that is held back was stored again. */
    public static final String TIMER_ROLL_TIMES = "TIMER_ROLL_TIMES";
    /** Unique id of the message that a record recalls. */
    public static final String TIMER_RECALLED_KEY = "TIMER_DEL_UNIQKEY";

    /** Finds a request again when its answer comes. */
    public static final String CORRELATION_ID = "CORRELATION_ID";
    /** Client id of the producer that waits for an answer. */
    public static final String REPLY_TO_CLIENT = "REPLY_TO_CLIENT";
    /** When the broker passed an answer on, ms since the epoch. */
    public static final String PUSH_REPLY_TIME = "PUSH_REPLY_TIME";
    /** Which dead letter a message was made of: its queue and its queue offset there. */
    public static final String REDELIVERED_FROM = "DLQ_REDELIVERED_FROM";
    /** Receipt of a message that was taken. */
    public static final String POP_RECEIPT = "POP_CK";
    /** When a message was taken for the first time, ms since the epoch. */
    public static final String FIRST_POP_TIME = "1ST_POP_TIME";
    /** How long a request waits for its answer, in ms. */
    public static final String TIME_TO_LIVE = "TTL";
    /** Says that a message is the answer to a request: {@code reply}. */
    public static final String MESSAGE_TYPE = "MSG_TYPE";
    /** Namespace of the client that sent a message. */
    public static final String NAMESPACE = "INSTANCE_ID";

    private PropertyNames() {}
}
