package dev.millrace.client.internal.route;

import java.util.concurrent.TimeUnit;

/**
 * How well one broker group answers sends: a moving average of its latency, and a time until which it is avoided after
 * failures. Thread-safe: plain volatile figures, a lost update does no harm.
 */
public final class BrokerHealth {
    private static final long PAUSE_FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PAUSE_MAX_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int AVERAGE_SHIFT = 4;
    /** Faster than this is never "slow". */
    private static final long SLOW_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int SLOW_FACTOR = 5;

    private final String broker;
    private volatile long latencyNanos;
    private volatile int failureCount;
    private volatile long avoidedUntilNanos;

    BrokerHealth(String broker) {
        this.broker = broker;
    }

    public String broker() {
        return broker;
    }

    public void answered(long nanos) {
        long average = latencyNanos;
        latencyNanos = average == 0 ? nanos : average + (nanos - average >> AVERAGE_SHIFT);
        if (failureCount != 0) {
            failureCount = 0;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // two failures at once may count as one
    public void failed(long nowNanos) {
        int count = Math.min(failureCount++, 10);
        avoidedUntilNanos = nowNanos + Math.min(PAUSE_MAX_NANOS, PAUSE_FIRST_NANOS << count);
    }

    public boolean isAvoided(long nowNanos) {
        return failureCount != 0 && avoidedUntilNanos - nowNanos > 0;
    }

    /** Whether it is much slower than the best of its kind. */
    public boolean isSlowBeside(long bestNanos) {
        return latencyNanos > SLOW_NANOS_MIN && latencyNanos > bestNanos * SLOW_FACTOR;
    }

    public long latencyNanos() {
        return latencyNanos;
    }
}
