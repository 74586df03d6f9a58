package dev.millrace.client.internal.trace;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Message;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.TransactionOutcome;
import dev.millrace.client.internal.consume.ConsumeTrace;
import dev.millrace.client.internal.message.Outgoing;
import dev.millrace.client.internal.send.SendTrace;
import dev.millrace.client.internal.transaction.TransactionTrace;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.UniqueId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Turns what producers and consumers do into trace records. Thread-safe: immutable. */
public final class Tracing implements SendTrace, ConsumeTrace, TransactionTrace {
    private static final String REGION = "DefaultRegion";
    private static final int PLAIN = 0;
    private static final int HALF = 1;
    private static final int COMMITTED = 2;
    private static final int DELAYED = 3;
    private static final int RESULT_SUCCESS = 0;
    private static final int RESULT_EXCEPTION = 2;
    private static final int RESULT_FAILED = 4;

    private final TraceLog log;
    private final UniqueId ids;
    private final LongSupplier wallMs;

    public Tracing(TraceLog log, UniqueId ids, LongSupplier wallMs) {
        this.log = log;
        this.ids = ids;
        this.wallMs = wallMs;
    }

    @Override
    public void sent(String group, Outgoing out, @Nullable SendResult result, @Nullable String address) {
        Message message = out.message();
        log.add(new TraceEntry(
                TraceEntry.record(
                        "Pub",
                        out.bornTimeMs(),
                        REGION,
                        group,
                        message.topic(),
                        out.uniqueId(),
                        String.valueOf(message.tag()),
                        String.valueOf(message.keys()),
                        String.valueOf(address),
                        message.body().length,
                        wallMs.getAsLong() - out.bornTimeMs(),
                        kind(message.properties()),
                        result == null ? "null" : result.offsetMessageId(),
                        result != null),
                keys(out.uniqueId(), message.keys())));
    }

    private static int kind(Map<String, String> properties) {
        if ("true".equals(properties.get(PropertyNames.TRANSACTION_PREPARED))) {
            return HALF;
        }
        boolean isDelayed = properties.containsKey(PropertyNames.DELAY)
                || properties.containsKey(PropertyNames.TIMER_DELAY_MS)
                || properties.containsKey(PropertyNames.TIMER_DELAY_SECONDS)
                || properties.containsKey(PropertyNames.TIMER_DELIVER_MS);
        return isDelayed ? DELAYED : PLAIN;
    }

    private static Set<String> keys(String messageId, @Nullable String keys) {
        Set<String> all = new HashSet<>();
        all.add(messageId);
        for (String key : keys == null ? new String[0] : keys.split(" ", -1)) {
            if (!key.isEmpty()) {
                all.add(key);
            }
        }
        return all;
    }

    @Override
    public Call begin(String group, List<ReceivedMessage> messages) {
        String requestId = ids.next();
        long now = wallMs.getAsLong();
        for (ReceivedMessage message : messages) {
            if (isTraced(message)) {
                String keys = message.property(PropertyNames.KEYS).orElse(null);
                log.add(new TraceEntry(
                        TraceEntry.record(
                                "SubBefore",
                                now,
                                message.property(PropertyNames.REGION).orElse(REGION),
                                group,
                                requestId,
                                message.messageId(),
                                message.timesConsumed(),
                                String.valueOf(keys)),
                        keys(message.messageId(), keys)));
            }
        }
        return (result, tookNanos, hasThrown) -> ended(group, messages, requestId, result, tookNanos, hasThrown);
    }

    private void ended(
            String group,
            List<ReceivedMessage> messages,
            String requestId,
            ConsumeResult result,
            long tookNanos,
            boolean hasThrown) {
        long tookMs = TimeUnit.NANOSECONDS.toMillis(tookNanos) / messages.size();
        List<ConsumeResult> each = result.forMessages(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            ReceivedMessage message = messages.get(i);
            if (isTraced(message)) {
                boolean isSuccess = each.get(i) == ConsumeResult.SUCCESS;
                int code = isSuccess ? RESULT_SUCCESS : hasThrown ? RESULT_EXCEPTION : RESULT_FAILED;
                String keys = message.property(PropertyNames.KEYS).orElse(null);
                log.add(new TraceEntry(
                        TraceEntry.record(
                                "SubAfter",
                                requestId,
                                message.messageId(),
                                tookMs,
                                isSuccess,
                                String.valueOf(keys),
                                code,
                                wallMs.getAsLong(),
                                group),
                        keys(message.messageId(), keys)));
            }
        }
    }

    /** Not what the broker says to leave out, nor the trace itself. */
    private boolean isTraced(ReceivedMessage message) {
        return !message.topic().equals(log.topic())
                && !"false".equals(message.property(PropertyNames.TRACE_ON).orElse("true"));
    }

    @Override
    public void ended(String group, Half half, TransactionOutcome outcome, boolean isFromCheck) {
        log.add(new TraceEntry(
                TraceEntry.record(
                        "EndTransaction",
                        wallMs.getAsLong(),
                        REGION,
                        group,
                        half.topic(),
                        half.messageId(),
                        String.valueOf(half.tag()),
                        String.valueOf(half.keys()),
                        String.valueOf(half.address()),
                        COMMITTED,
                        half.messageId(),
                        state(outcome),
                        isFromCheck),
                keys(half.messageId(), half.keys())));
    }

    private static String state(TransactionOutcome outcome) {
        return switch (outcome) {
            case COMMIT -> "COMMIT_MESSAGE";
            case ROLLBACK -> "ROLLBACK_MESSAGE";
            case UNKNOWN -> "UNKNOW";
        };
    }
}
