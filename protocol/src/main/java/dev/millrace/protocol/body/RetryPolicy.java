package dev.millrace.protocol.body;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long the messages of a consumer group wait for their next attempt. Without the policy that {@code type} names, a
 * group with CUSTOMIZED waits as the delay levels say.
 *
 * @param type {@code EXPONENTIAL} or {@code CUSTOMIZED}
 */
public record RetryPolicy(
        @Nullable Custom customizedRetryPolicy,
        @Nullable Exponential exponentialRetryPolicy,
        @Nullable String type) {
    /** Pauses one by one, ms; the first two are passed over, the last one repeats. */
    public record Custom(List<Long> next) {}

    /** Pauses that grow: the first, the longest (ms), and by how much each is longer than the one before. */
    public record Exponential(long initial, long max, long multiplier) {}

    public static final String EXPONENTIAL = "EXPONENTIAL";
    public static final String CUSTOMIZED = "CUSTOMIZED";

    /** What RocketMQ takes when only the type is given. */
    private static final Exponential USUAL = new Exponential(5_000, 7_200_000, 2);

    private static final long PAUSE_MS_MAX = Duration.ofDays(365).toMillis();
    private static final int ATTEMPTS_MAX = 32;
    private static final int PASSED_OVER = 2;

    public RetryPolicy {
        type = type == null ? CUSTOMIZED : type;
    }

    /**
     * Pause before the next attempt in ms, or -1 if delay levels say it.
     *
     * @param timesConsumed attempts after the first so far
     */
    public long pauseMs(int timesConsumed) {
        Exponential growing = exponentialRetryPolicy == null ? USUAL : exponentialRetryPolicy;
        Custom given = customizedRetryPolicy;
        int times = Math.max(0, timesConsumed);
        if (EXPONENTIAL.equals(type)) {
            double pause = growing.initial() * Math.pow((double) growing.multiplier(), Math.min(times, ATTEMPTS_MAX));
            return pause < growing.max() ? (long) pause : growing.max();
        }
        if (CUSTOMIZED.equals(type) && given != null && !given.next().isEmpty()) {
            return given.next().get(Math.min(times + PASSED_OVER, given.next().size() - 1));
        }
        return -1;
    }

    /** What is wrong with it, with the remedy, or null. */
    public @Nullable String fault() {
        if (!EXPONENTIAL.equals(type) && !CUSTOMIZED.equals(type)) {
            return "groupRetryPolicy.type is '" + type + "'; use " + EXPONENTIAL + " or " + CUSTOMIZED;
        }
        Exponential growing = exponentialRetryPolicy;
        if (growing != null
                && (growing.initial() < 0
                        || growing.max() < growing.initial()
                        || growing.multiplier() < 1
                        || growing.max() > PAUSE_MS_MAX)) {
            return "exponentialRetryPolicy is initial " + growing.initial() + " ms, max " + growing.max()
                    + " ms, multiplier " + growing.multiplier()
                    + "; give 0 <= initial <= max <= " + PAUSE_MS_MAX + ", and a multiplier of 1 or more";
        }
        Custom given = customizedRetryPolicy;
        if (given != null && given.next().stream().anyMatch(pause -> pause < 0 || pause > PAUSE_MS_MAX)) {
            return "customizedRetryPolicy.next is " + given.next() + "; no pause may be below 0 or above "
                    + PAUSE_MS_MAX + " ms";
        }
        return null;
    }
}
