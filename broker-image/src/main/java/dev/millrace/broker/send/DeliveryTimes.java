package dev.millrace.broker.send;

import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.message.PropertyNames;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the properties of a message when it is to be delivered.
 *
 * <p>Thread-safe: immutable. {@code // hot path}
 */
public final class DeliveryTimes {
    private static final byte[] DELAY_SECONDS = RecordComposer.ascii(PropertyNames.TIMER_DELAY_SECONDS);
    private static final byte[] DELAY_MS = RecordComposer.ascii(PropertyNames.TIMER_DELAY_MS);
    private static final byte[] DELIVER_MS = RecordComposer.ascii(PropertyNames.TIMER_DELIVER_MS);
    private static final byte[] DUE = RecordComposer.ascii(PropertyNames.TIMER_DUE_MS);
    private static final byte[] RECALLED_KEY = RecordComposer.ascii(PropertyNames.TIMER_RECALLED_KEY);
    private static final long SECOND_MS = 1000;

    private final InstantSource clock;
    private final long delayMaxMs;
    private final Supplier<@Nullable String> refusal;

    /** @param refusal why no further message may be held back now, with the remedy; null if one may */
    public DeliveryTimes(InstantSource clock, Duration delayMax, Supplier<@Nullable String> refusal) {
        this.clock = clock;
        this.delayMaxMs = delayMax.toMillis();
        this.refusal = refusal;
    }

    /**
     * When the message that was taken last is due, ms since the epoch; 0 if it is stored in its topic at once.
     *
     * @throws RequestFailure if the time has no sense or is too far away
     */
    long dueMs(RecordComposer message) {
        String seconds = message.property(DELAY_SECONDS);
        String delayMs = message.property(DELAY_MS);
        String deliverMs = message.property(DELIVER_MS);
        if (seconds == null && delayMs == null && deliverMs == null) {
            return 0;
        }
        // A message that was received and is sent on has its time behind it.
        if (message.property(DUE) != null) {
            return 0;
        }
        refuseRecall(message.property(RECALLED_KEY));
        return due(seconds, delayMs, deliverMs);
    }

    /**
     * When a message is due that waited for its transaction, ms since the epoch; 0 if it is stored in its topic at once.
     * What has no sense was refused when it was sent.
     */
    public static long dueMsAfterCommit(Map<String, String> properties, long nowMs) {
        if (properties.containsKey(PropertyNames.TIMER_DUE_MS)) {
            return 0;
        }
        String seconds = properties.get(PropertyNames.TIMER_DELAY_SECONDS);
        String delayMs = properties.get(PropertyNames.TIMER_DELAY_MS);
        String deliverMs = properties.get(PropertyNames.TIMER_DELIVER_MS);
        try {
            long dueMs = 0;
            if (seconds != null) {
                dueMs = nowMs + SECOND_MS * Long.parseLong(seconds.strip());
            } else if (delayMs != null) {
                dueMs = nowMs + Long.parseLong(delayMs.strip());
            } else if (deliverMs != null) {
                dueMs = Long.parseLong(deliverMs.strip());
            }
            return dueMs > nowMs ? dueMs : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Whether the message that was taken last asks for a delivery time. */
    static boolean isTimed(RecordComposer message) {
        return message.property(DELAY_SECONDS) != null
                || message.property(DELAY_MS) != null
                || message.property(DELIVER_MS) != null;
    }

    private long due(@Nullable String seconds, @Nullable String delayMs, @Nullable String deliverMs) {
        long now = clock.millis();
        long dueMs;
        if (seconds != null) {
            dueMs = now + SECOND_MS * number(PropertyNames.TIMER_DELAY_SECONDS, seconds, Long.MAX_VALUE / SECOND_MS);
        } else if (delayMs != null) {
            dueMs = now + number(PropertyNames.TIMER_DELAY_MS, delayMs, Long.MAX_VALUE);
        } else {
            dueMs = number(PropertyNames.TIMER_DELIVER_MS, String.valueOf(deliverMs), Long.MAX_VALUE);
        }
        // An overflow is below zero.
        if (dueMs < 0 || dueMs - now > delayMaxMs) {
            throw illegal("the delivery time "
                    + (dueMs < 0 ? "beyond all times" : dueMs + " ms, " + (dueMs - now) + " ms from now,")
                    + " is more than " + delayMaxMs
                    + " ms away; deliver sooner or raise broker.delay.max");
        }
        if (dueMs <= now) {
            return 0;
        }
        String reason = refusal.get();
        if (reason != null) {
            throw new RequestFailure(ResponseCode.SYSTEM_BUSY, "timer message is under flow control: " + reason);
        }
        return dueMs;
    }

    private static long number(String name, String text, long max) {
        long value;
        try {
            value = Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw illegal(name + "=" + text + " is no number of 0.." + max + "; correct it");
        }
        if (value < 0 || value > max) {
            throw illegal(name + "=" + value + " is outside 0.." + max + "; correct it");
        }
        return value;
    }

    private static void refuseRecall(@Nullable String recalledKey) {
        if (recalledKey != null) {
            throw illegal(PropertyNames.TIMER_RECALLED_KEY + " is not taken from senders;"
                    + " recall the message by its recall handle");
        }
    }

    private static RequestFailure illegal(String what) {
        return new RequestFailure(ResponseCode.MESSAGE_ILLEGAL, "timer message illegal: " + what);
    }
}
