package dev.millrace.broker.metrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.protocol.body.Statistics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A counter, and what it was every 10 s of the last minute, every 10 min of the last hour, and every hour of the last
 * day. Sums are from the oldest sample of a window to now.
 *
 * <p>Thread-safe: one lock over the samples. Bounded: 39 samples.
 */
final class Series {
    private static final double NANOS_PER_SECOND = 1e9;

    private final LongSupplier counter;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Window minute = new Window(Duration.ofSeconds(10), 7);

    @GuardedBy("lock")
    private final Window hour = new Window(Duration.ofMinutes(10), 7);

    @GuardedBy("lock")
    private final Window day = new Window(Duration.ofHours(1), 25);

    /** @param firstCount what the counter was at {@code firstNanos} */
    Series(LongSupplier counter, long firstNanos, long firstCount) {
        this.counter = counter;
        lock.lock();
        try {
            Sample first = new Sample(firstNanos, firstCount);
            minute.add(first);
            hour.add(first);
            day.add(first);
        } finally {
            lock.unlock();
        }
    }

    private record Sample(long nanos, long count) {}

    /** Samples a period apart. Owner: the series' lock. */
    private static final class Window {
        private final ArrayDeque<Sample> samples = new ArrayDeque<>();
        private final long periodNanos;
        private final int samplesMax;

        Window(Duration period, int samplesMax) {
            this.periodNanos = period.toNanos();
            this.samplesMax = samplesMax;
        }

        void add(Sample sample) {
            if (samples.isEmpty() || sample.nanos - samples.getLast().nanos >= periodNanos) {
                samples.addLast(sample);
            }
            if (samples.size() > samplesMax) {
                samples.removeFirst();
            }
        }

        Statistics.Window until(Sample now) {
            Sample first = samples.getFirst();
            long sum = now.count - first.count;
            double seconds = (now.nanos - first.nanos) / NANOS_PER_SECOND;
            return new Statistics.Window(sum == 0 ? 0 : 1, sum, seconds <= 0 ? 0 : sum / seconds);
        }
    }

    void sample(long nowNanos) {
        Sample sample = new Sample(nowNanos, counter.getAsLong());
        lock.lock();
        try {
            minute.add(sample);
            hour.add(sample);
            day.add(sample);
        } finally {
            lock.unlock();
        }
    }

    Statistics statistics(long nowNanos) {
        Sample now = new Sample(nowNanos, counter.getAsLong());
        lock.lock();
        try {
            return new Statistics(day.until(now), hour.until(now), minute.until(now));
        } finally {
            lock.unlock();
        }
    }
}
