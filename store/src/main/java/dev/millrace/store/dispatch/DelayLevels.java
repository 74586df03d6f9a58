package dev.millrace.store.dispatch;

/**
 * Delays of the 18 levels of SCHEDULE_TOPIC_XXXX.
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
}
