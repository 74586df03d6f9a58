package dev.millrace.e2e.failover;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How long nothing was acknowledged around each loss of a master. Thread-safe: one lock. */
public final class Gaps {
    private final Object lock = new Object();

    private final Map<Loss, List<Long>> longestMs = new EnumMap<>(Loss.class);

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
    public void end(Loss loss) {
        synchronized (lock) {
            isMeasuring = false;
            longestMs.computeIfAbsent(loss, first -> new ArrayList<>()).add(longestNanos / 1_000_000);
        }
    }

    /** For each kind of loss: count, median, 99th percentile, maximum, and all of them, in ms. */
    public String text() {
        StringBuilder text = new StringBuilder();
        synchronized (lock) {
            longestMs.forEach(
                    (loss, all) -> text.append(line(loss, all.stream().sorted().toList())));
        }
        return text.isEmpty() ? "no master was lost\n" : text.toString();
    }

    private static String line(Loss loss, List<Long> sorted) {
        return String.format(
                Locale.ROOT,
                "%s: %d losses; longest time without an acknowledgement, ms: p50 %d, p99 %d, max %d%n%s%n",
                loss,
                sorted.size(),
                sorted.get((sorted.size() - 1) / 2),
                sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1),
                sorted.getLast(),
                sorted);
    }
}
