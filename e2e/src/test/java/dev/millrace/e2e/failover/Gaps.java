package dev.millrace.e2e.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long nothing was acknowledged around each loss of a master. Thread-safe: one lock. */
public final class Gaps {
    private final Object lock = new Object();

    private final List<Long> longestMs = new ArrayList<>();

    private long lastNanos;

    private long longestNanos;

    private boolean isMeasuring;

    /** A send was acknowledged. */
    void acknowledged() {
        synchronized (lock) {
            long now = System.nanoTime();
            if (isMeasuring) {
                longestNanos = Math.max(longestNanos, now - lastNanos);
            }
            lastNanos = now;
        }
    }

    /** A master is about to be lost. */
    public void begin() {
        synchronized (lock) {
            isMeasuring = true;
            longestNanos = 0;
        }
    }

    /** Sends are acknowledged again. */
    public void end() {
        synchronized (lock) {
            isMeasuring = false;
            longestMs.add(longestNanos / 1_000_000);
        }
    }

    /** Count, median, 99th percentile, maximum, and all of them, in ms. */
    public String text() {
        List<Long> sorted;
        synchronized (lock) {
            sorted = longestMs.stream().sorted().toList();
        }
        return sorted.isEmpty()
                ? "no master was lost\n"
                : String.format(
                        Locale.ROOT,
                        "%d losses; longest time without an acknowledgement, ms: p50 %d, p99 %d, max %d%n%s%n",
                        sorted.size(),
                        sorted.get((sorted.size() - 1) / 2),
                        sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1),
                        sorted.getLast(),
                        sorted);
    }
}
