package dev.millrace.cli.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One stretch of load: hands out tickets, counts answers, records latencies; ends after a number of messages or a
 * time. Thread-safe: atomic counters; {@link #end} and the figures belong to the driver's main thread.
 */
final class Phase {
    /** Returned by {@link #ticket} when nothing is left to send. */
    static final long NO_TICKET = -1;

    private static final long FAILED_COUNT_MAX = 1_000;
    private static final long LATENCY_MAX_NANOS = TimeUnit.SECONDS.toNanos(600);
    private static final int HISTOGRAM_DIGITS = 3;

    private final Histogram latencies = new ConcurrentHistogram(LATENCY_MAX_NANOS, HISTOGRAM_DIGITS);
    private final AtomicLong tickets = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();
    private final Bounds bounds;
    private final long startNanos;
    private long endNanos;

    Phase(Bounds bounds) {
        this.bounds = bounds;
        this.startNanos = System.nanoTime();
    }

    /** The 0-based number of the next message, or {@link #NO_TICKET}. */
    long ticket(long nowNanos) {
        long elapsedNanos = nowNanos - startNanos;
        if (elapsedNanos > TimeUnit.SECONDS.toNanos(bounds.secondsMax()) || failed.get() > FAILED_COUNT_MAX) {
            return NO_TICKET;
        }
        if (tickets.get() >= bounds.countMin() && elapsedNanos >= TimeUnit.SECONDS.toNanos(bounds.secondsMin())) {
            return NO_TICKET;
        }
        long ticket = tickets.getAndIncrement();
        return ticket < bounds.countMax() ? ticket : NO_TICKET;
    }

    /** Takes the answer to one ticket. */
    void answered(long sinceNanos, @Nullable Throwable failure) {
        if (failure == null) {
            latencies.recordValue(Math.clamp(System.nanoTime() - sinceNanos, 0, LATENCY_MAX_NANOS));
            acknowledged.incrementAndGet();
        } else {
            failed.incrementAndGet();
            firstFailure.compareAndSet(null, failure);
        }
    }

    /**
     * Every ticket handed out has been answered: the clock stops.
     *
     * @throws IllegalStateException if so many sends failed that the phase ended early, or none was acknowledged
     */
    void end() {
        endNanos = System.nanoTime();
        var failure = firstFailure.get();
        boolean isCutShort = failed.get() > FAILED_COUNT_MAX;
        if (isCutShort || acknowledged.get() == 0) {
            throw new IllegalStateException(
                    failed + " sends failed and " + acknowledged + " were acknowledged; the first failure: " + failure,
                    failure);
        }
    }

    long startNanos() {
        return startNanos;
    }

    long acknowledgedCount() {
        return acknowledged.get();
    }

    long failedCount() {
        return failed.get();
    }

    @Nullable
    Throwable firstFailure() {
        return firstFailure.get();
    }

    double ratePerSecond() {
        return acknowledged.get() * 1e9 / (endNanos - startNanos);
    }

    LoadResult.Latency latency() {
        return new LoadResult.Latency(
                latencies.getValueAtPercentile(50) / 1e6,
                latencies.getValueAtPercentile(99) / 1e6,
                latencies.getValueAtPercentile(99.9) / 1e6,
                latencies.getMaxValue() / 1e6);
    }
}
