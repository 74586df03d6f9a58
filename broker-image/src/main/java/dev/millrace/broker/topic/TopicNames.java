package dev.millrace.broker.topic;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Names with a meaning, and which names a topic or consumer group may have. */
public final class TopicNames {
    public static final String RETRY_PREFIX = "%RETRY%";
    public static final String DEAD_LETTER_PREFIX = "%DLQ%";
    /** Behind a cluster's name: the topic of answers to requests. */
    public static final String REPLY_SUFFIX = "_REPLY_TOPIC";

    public static final String SCHEDULE = "SCHEDULE_TOPIC_XXXX";
    /** Holds messages back that are delivered at a given time. */
    public static final String TIMER = "rmq_sys_wheel_timer";
    /** Says which messages were taken, and what became of them. */
    public static final String POP = "rmq_sys_millrace_pop";
    /** Says what a broker group keeps that does not follow from messages: definitions and offsets. */
    public static final String STATE = "rmq_sys_MILLRACE_STATE";
    /** The topic whose definition unknown topics inherit. */
    public static final String TEMPLATE = "TBW102";

    public static final String SELF_TEST = "SELF_TEST_TOPIC";
    public static final String BENCHMARK = "BenchmarkTest";
    public static final String OFFSET_MOVED = "OFFSET_MOVED_EVENT";
    public static final String TRACE = "RMQ_SYS_TRACE_TOPIC";

    /** Half messages: sent as part of a transaction and not yet committed. */
    public static final String HALF = "RMQ_SYS_TRANS_HALF_TOPIC";
    /** Says which half messages are settled. */
    public static final String HALF_OP = "RMQ_SYS_TRANS_OP_HALF_TOPIC";
    /** Half messages whose outcome nobody told. */
    public static final String HALF_GIVEN_UP = "TRANS_CHECK_MAX_TIME_TOPIC";
    /** The consumer group whose offsets say how far the transaction topics are dealt with. */
    public static final String TRANSACTION_GROUP = "CID_RMQ_SYS_TRANS";

    /** The consumer group whose offsets in dead-letter topics say which letters were delivered again. */
    public static final String REDELIVERY_GROUP = "CID_RMQ_SYS_REDELIVERY";
    /** The broker keeps its own progress under group names that begin with it. */
    private static final String BROKERS_GROUP_PREFIX = "CID_RMQ_SYS_";

    private static final Set<String> SYSTEM = Set.of(
            TEMPLATE,
            SCHEDULE,
            BENCHMARK,
            HALF,
            TRACE,
            HALF_OP,
            HALF_GIVEN_UP,
            SELF_TEST,
            OFFSET_MOVED,
            "CHECKPOINT_TOPIC");
    private static final Set<String> CLOSED_TO_CLIENTS =
            Set.of(SCHEDULE, TIMER, POP, STATE, HALF, HALF_OP, HALF_GIVEN_UP, SELF_TEST, OFFSET_MOVED);
    private static final Pattern LEGAL = Pattern.compile("[%|a-zA-Z0-9_-]+");
    private static final int TOPIC_LENGTH_MAX = 127;
    private static final int DERIVED_TOPIC_LENGTH_MAX = 255;
    private static final int GROUP_LENGTH_MAX = 255;

    private TopicNames() {}

    public static String retryTopic(String consumerGroup) {
        return RETRY_PREFIX + consumerGroup;
    }

    public static String deadLetterTopic(String consumerGroup) {
        return DEAD_LETTER_PREFIX + consumerGroup;
    }

    /** Where messages of a topic go that a consumer group took and did not acknowledge. */
    public static String popRetryTopic(String consumerGroup, String topic) {
        return RETRY_PREFIX + consumerGroup + '_' + topic;
    }

    /** The same as RocketMQ's broker names it on request. */
    public static String popRetryTopicV2(String consumerGroup, String topic) {
        return RETRY_PREFIX + consumerGroup + '+' + topic;
    }

    public static boolean isRetry(String topic) {
        return topic.startsWith(RETRY_PREFIX);
    }

    public static boolean isDeadLetter(String topic) {
        return topic.startsWith(DEAD_LETTER_PREFIX);
    }

    public static boolean isSystem(String topic) {
        return SYSTEM.contains(topic) || topic.startsWith("rmq_sys_");
    }

    /** Whether only the broker itself writes there. */
    public static boolean isClosedToClients(String topic) {
        return CLOSED_TO_CLIENTS.contains(topic);
    }

    /** Whether only the broker itself moves the offsets of this consumer group. */
    public static boolean isBrokersGroup(String consumerGroup) {
        return consumerGroup.startsWith(BROKERS_GROUP_PREFIX);
    }

    /** Why this is no name for a topic, with the remedy; empty if it is one. */
    public static Optional<String> topicFault(String topic) {
        int lengthMax = isRetry(topic) || isDeadLetter(topic) ? DERIVED_TOPIC_LENGTH_MAX : TOPIC_LENGTH_MAX;
        return fault("topic", topic, lengthMax);
    }

    /** Why this is no name for a consumer group, with the remedy; empty if it is one. */
    public static Optional<String> groupFault(String consumerGroup) {
        return fault("consumer group", consumerGroup, GROUP_LENGTH_MAX);
    }

    private static Optional<String> fault(String what, String name, int lengthMax) {
        if (name.isBlank()) {
            return Optional.of("the " + what + " name is blank; give it 1.." + lengthMax + " characters");
        }
        if (name.length() > lengthMax) {
            return Optional.of("the " + what + " name has " + name.length() + " characters; use at most " + lengthMax);
        }
        if (!LEGAL.matcher(name).matches()) {
            return Optional.of(
                    "the " + what + " name '" + name + "' contains illegal characters, allowing only %|a-zA-Z0-9_-");
        }
        return Optional.empty();
    }
}
