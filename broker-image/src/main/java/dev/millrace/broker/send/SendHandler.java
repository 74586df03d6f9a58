package dev.millrace.broker.send;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.millrace.broker.deduplication.Window;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.Handler;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.metrics.BrokerCounters;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.ProtocolException;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.RecallHandle;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.DelayLevels;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores one message, or hands a batch to {@link BatchSends}. The answer comes from the commit-log thread when the
 * message is in the log, and with {@code Sync} flush on disk.
 *
 * <p>Owner: the event loop of the connection. {@code // hot path}
 */
final class SendHandler implements Handler<SendMessage> {
    private static final Logger LOG = LoggerFactory.getLogger(SendHandler.class);
    /** What a delivery adds: three times and a count with their names. */
    private static final int DELIVERY_PROPERTIES_BYTES = 128;
    /** What is added to a half that is stored again or given up, and then delivered at its time. */
    private static final int SETTLEMENT_PROPERTIES_BYTES = 192 + DELIVERY_PROPERTIES_BYTES;

    private static final byte[] DELAY = RecordComposer.ascii(PropertyNames.DELAY);
    private static final byte[] PREPARED_OFFSET = RecordComposer.ascii(PropertyNames.TRANSACTION_PREPARED_QUEUE_OFFSET);
    private static final byte[] PRODUCER_GROUP = RecordComposer.ascii(PropertyNames.PRODUCER_GROUP);
    private static final byte[] TRANSACTION = RecordComposer.ascii(PropertyNames.TRANSACTION_PREPARED);

    private final MessageStore store;
    private final Targets targets;
    private final TopicCreation creation;
    private final RetrySends retries;
    private final BatchSends batches;
    private final LoopStates loops;
    private final BrokerCounters counters;
    private final Executor admin;
    private final DeliveryTimes times;
    private final String brokerName;
    private final int bodyBytesMax;
    private final BooleanSupplier takesHalves;

    SendHandler(SendParts parts, RetrySends retries, BatchSends batches) {
        this.store = parts.store();
        this.targets = parts.targets();
        this.creation = parts.creation();
        this.loops = parts.loops();
        this.counters = parts.counters();
        this.admin = parts.admin();
        this.times = parts.times();
        this.brokerName = parts.brokerName();
        this.bodyBytesMax = parts.bodyBytesMax();
        this.takesHalves = parts.takesHalves();
        this.retries = retries;
        this.batches = batches;
    }

    @Override
    public void handle(SendMessage send, Caller caller) {
        handle(send, caller, false);
    }

    /** @param isFetched whether what its de-duplication window looks at in the log was brought into memory */
    private void handle(SendMessage send, Caller caller, boolean isFetched) {
        TopicConfig topic = targets.writable(send.topic());
        if (topic == null) {
            createFirst(send, caller);
            return;
        }
        if (TopicNames.isRetry(send.topic()) && retries.isExhausted(send, caller)) {
            SendMessage lasting = RetrySends.copy(send);
            resend(() -> retries.deadLetter(lasting), caller);
        } else if (send.isBatch()) {
            fetchFirst(batches.append(send, topic, caller, isFetched), send, caller);
        } else {
            fetchFirst(append(send, topic, caller, isFetched), send, caller);
        }
    }

    /** Looks into the old part of the log off the event loop, if that is asked for, then comes back. */
    private void fetchFirst(@Nullable Runnable fetch, SendMessage send, Caller caller) {
        if (fetch != null) {
            SendMessage lasting = RetrySends.copy(send);
            resend(admin, caller, fetch, () -> handle(lasting, caller, true));
        }
    }

    /** Creates the topic off the event loop, then comes back with a copy of the message. */
    private void createFirst(SendMessage send, Caller caller) {
        SendMessage lasting = RetrySends.copy(send);
        resend(
                () -> {
                    creation.create(lasting);
                    return lasting;
                },
                caller);
    }

    /** Prepares a message off the event loop, then sends what came out. */
    private void resend(Supplier<SendMessage> preparation, Caller caller) {
        admin.execute(() -> answerRefusal(caller, () -> {
            SendMessage prepared = preparation.get();
            caller.connection().execute(() -> answerRefusal(caller, () -> handle(prepared, caller)));
        }));
    }

    /** Runs a preparation on the admin executor, then a send on the event loop; a failure of either is answered. */
    static void resend(Executor admin, Caller caller, Runnable preparation, Runnable send) {
        admin.execute(() -> answerRefusal(caller, () -> {
            preparation.run();
            caller.connection().execute(() -> answerRefusal(caller, send));
        }));
    }

    private static void answerRefusal(Caller caller, Runnable step) {
        try {
            step.run();
        } catch (RequestFailure refused) {
            caller.reply(Reply.failure(refused.code(), refused.remark()));
        } catch (ProtocolException fault) {
            caller.reply(Reply.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(fault.getMessage())));
        } catch (RuntimeException fault) {
            LOG.atError().setCause(fault).log("send failed");
            caller.reply(Reply.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(fault.getMessage())));
        }
    }

    /** Null if it is on its way, else what has to be done first, where that may block. */
    private @Nullable Runnable append(SendMessage send, TopicConfig topic, Caller caller, boolean isFetched) {
        int bodyBytes = send.body().remaining();
        checkBody(bodyBytes, bodyBytesMax);
        LoopStates.LoopState loop = loops.current();
        RecordComposer composer = loop.composer();
        composer.properties(send.properties());
        Window window = targets.window(topic);
        String key = window == null ? null : composer.property(window.keyName());
        if (window != null && key != null && !isFetched && window.mayBlock(key)) {
            return () -> window.fetch(key);
        }
        int queueId = Targets.queueId(topic, send.queueId());
        int level = DelayLevels.parse(composer.property(DELAY));
        long dueMs = level > 0 ? 0 : times.dueMs(composer);
        String storedTopic = send.topic();
        int storedQueueId = queueId;
        boolean isHalf = isHalf(send, composer);
        if (isHalf) {
            prepareHalf(send, queueId, composer);
            storedTopic = TopicNames.HALF;
            storedQueueId = 0;
        } else if (level > 0) {
            holdBack(composer, send.topic(), queueId);
            storedTopic = TopicNames.SCHEDULE;
            storedQueueId = DelayLevels.queueId(level);
        } else if (dueMs > 0) {
            composer.add(PropertyNames.TIMER_DUE_MS, Long.toString(dueMs));
            holdBack(composer, send.topic(), queueId);
            composer.checkRoom(DELIVERY_PROPERTIES_BYTES);
            storedTopic = TopicNames.TIMER;
            storedQueueId = 0;
        }
        RecordComposer.Parts parts = parts(send, storedQueueId, loop.bornHost(caller.connection()));
        byte[] topicBytes = targets.bytes(storedTopic);
        SendRequest request = loop.pool().take(composer.recordBytes(parts, bodyBytes, topicBytes.length));
        composer.encode(request.records, parts, send.body(), topicBytes);
        request.records.flip();
        request.queues[0] = store.queue(storedTopic, storedQueueId);
        request.waitForDurable = composer.waitsForDurable();
        request.answer(caller.to(), queueId, composer.uniqueId());
        boolean isTimed = dueMs > 0 && !isHalf;
        if (isTimed) {
            request.answerHandle(
                    new RecallHandle(send.topic(), brokerName, dueMs, String.valueOf(composer.uniqueId())));
        }
        if (window == null) {
            submit(store, request, caller);
        } else {
            Repeats repeats = new Repeats();
            repeats.take(window, key, queueId, isTimed ? dueMs : 0);
            submit(store, request, repeats, caller);
        }
        counters.sent(1, bodyBytes);
        return null;
    }

    private static void holdBack(RecordComposer composer, String topic, int queueId) {
        composer.add(PropertyNames.REAL_TOPIC, topic);
        composer.add(PropertyNames.REAL_QUEUE_ID, Integer.toString(queueId));
    }

    /** Appends what is new of a request to a topic with a window, and answers for the rest. */
    static void submit(MessageStore store, SendRequest request, Repeats repeats, Caller caller) {
        request.answerAlso(repeats);
        if (repeats.recordCount() == 0) {
            request.answerOnly();
            return;
        }
        if (!submit(store, request, caller)) {
            repeats.giveUpFrom(0, AppendOutcome.Throttled.INSTANCE);
        }
    }

    /** False if the store did not take it: then the caller is answered. */
    @CanIgnoreReturnValue
    static boolean submit(MessageStore store, SendRequest request, Caller caller) {
        try {
            if (store.append(request)) {
                return true;
            }
            request.dropped();
            caller.reply(Reply.failure(ResponseCode.SYSTEM_BUSY, SendFailures.BUSY));
        } catch (StoreException malformed) {
            request.dropped();
            caller.reply(Reply.failure(ResponseCode.MESSAGE_ILLEGAL, String.valueOf(malformed.getMessage())));
        }
        return false;
    }

    static RecordComposer.Parts parts(SendMessage send, int queueId, byte[] bornHost) {
        return new RecordComposer.Parts(
                queueId,
                bornHost,
                send.origin().systemFlag() & ~SystemFlags.TRANSACTION_MASK,
                send.origin().flag(),
                send.origin().bornTimeMs(),
                send.retry().timesConsumed());
    }

    static void checkBody(int bodyBytes, int bodyBytesMax) {
        if (bodyBytes > bodyBytesMax) {
            throw new RequestFailure(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "the message is illegal, maybe msg body or properties length not matched: the body has " + bodyBytes
                            + " bytes, more than " + bodyBytesMax
                            + "; send a smaller one or raise broker.body-size-max");
        }
    }

    /** A committed message keeps the mark, so one that comes back to be retried has it too. */
    private static boolean isHalf(SendMessage send, RecordComposer composer) {
        return "true".equalsIgnoreCase(composer.property(TRANSACTION))
                && !TopicNames.isRetry(send.topic())
                && !TopicNames.isDeadLetter(send.topic());
    }

    private void prepareHalf(SendMessage send, int queueId, RecordComposer composer) {
        if (!takesHalves.getAsBoolean()) {
            throw new RequestFailure(
                    ResponseCode.SYSTEM_BUSY,
                    "too many transactions have no outcome; end some, or raise broker.transaction-pending-max");
        }
        if (composer.property(PREPARED_OFFSET) != null) {
            throw new RequestFailure(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "the half message is illegal: only the broker sets "
                            + PropertyNames.TRANSACTION_PREPARED_QUEUE_OFFSET + "; send it without");
        }
        String group = composer.property(PRODUCER_GROUP);
        if (group != null) {
            TopicNames.groupFault(group).ifPresent(fault -> {
                throw new RequestFailure(
                        ResponseCode.MESSAGE_ILLEGAL,
                        "the half message is illegal: its " + PropertyNames.PRODUCER_GROUP + " is no producer group: "
                                + fault);
            });
        }
        composer.add(PropertyNames.TRANSACTION_ID, String.valueOf(composer.uniqueId()));
        holdBack(composer, send.topic(), queueId);
        composer.checkRoom(SETTLEMENT_PROPERTIES_BYTES);
    }
}
