package dev.millrace.store;

import org.jspecify.annotations.Nullable;

/**
 * The 18 delay levels of RocketMQ; level n waits in queue n - 1 of SCHEDULE_TOPIC_XXXX.
 *
 * <p>Thread-safe: immutable.
 */
public final class DelayLevels {
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    /** What RocketMQ waits for a level that it does not know. */
    private static final long UNKNOWN_MS = SECOND;

    private static final long[] DELAY_MS = {
        SECOND,
        5 * SECOND,
        10 * SECOND,
        30 * SECOND,
        MINUTE,
        2 * MINUTE,
        3 * MINUTE,
        4 * MINUTE,
        5 * MINUTE,
        6 * MINUTE,
        7 * MINUTE,
        8 * MINUTE,
        9 * MINUTE,
        10 * MINUTE,
        20 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR
    };

    private DelayLevels() {}

    /** Delay of a level, ms; levels begin at 1, higher ones than the last count as the last. */
    public static long delayMs(int level) {
        return level < 1 ? UNKNOWN_MS : DELAY_MS[Math.min(level, DELAY_MS.length) - 1];
    }

    /** Number of levels; the highest one. */
    public static int count() {
        return DELAY_MS.length;
    }

    /** Queue of the schedule topic for a level. */
    public static int queueId(int level) {
        return level - 1;
    }

    /** The level in a property: 0 for none or no number, at most the highest. */
    public static int parse(@Nullable String property) {
        if (property == null) {
            return 0;
        }
        try {
            return Math.clamp(Integer.parseInt(property.strip()), 0, DELAY_MS.length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
