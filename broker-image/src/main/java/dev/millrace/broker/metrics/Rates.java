package dev.millrace.broker.metrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * How fast a counter grew over the last 10 s, 1 min and 10 min, from samples taken each second.
 *
 * <p>Thread-safe: one lock over the samples. Bounded: 10 minutes of samples.
 */
final class Rates {
    private static final int[] WINDOWS_SECONDS = {10, 60, 600};

    private final LongSupplier counter;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final ArrayDeque<long[]> samples = new ArrayDeque<>();

    Rates(LongSupplier counter) {
        this.counter = counter;
    }

    void sample(long nowNanos) {
        long count = counter.getAsLong();
        lock.lock();
        try {
            samples.addLast(new long[] {nowNanos, count});
            while (samples.size() > WINDOWS_SECONDS[2] + 1) {
                samples.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Three numbers per second, separated by spaces. */
    String text() {
        long[][] all = snapshot();
        if (all.length == 0) {
            return "0.0 0.0 0.0";
        }
        StringBuilder text = new StringBuilder();
        long[] last = all[all.length - 1];
        for (int seconds : WINDOWS_SECONDS) {
            long[] first = all[Math.max(0, all.length - 1 - seconds)];
            double elapsed = (last[0] - first[0]) / 1e9;
            double rate = elapsed <= 0 ? 0 : (last[1] - first[1]) / elapsed;
            text.append(text.isEmpty() ? "" : " ").append(String.format(Locale.ROOT, "%.2f", rate));
        }
        return text.toString();
    }

    private long[][] snapshot() {
        lock.lock();
        try {
            return samples.toArray(new long[0][]);
        } finally {
            lock.unlock();
        }
    }
}
