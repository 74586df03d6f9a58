package dev.millrace.protocol.transport;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** How many connections this side closed, by reason. Thread-safe: a fixed map of adders. */
public final class CloseCounts {
    private final Map<CloseReason, LongAdder> counts = new EnumMap<>(CloseReason.class);

    public CloseCounts() {
        for (CloseReason reason : CloseReason.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    public void add(CloseReason reason) {
        LongAdder count = counts.get(reason);
        if (count != null) {
            count.increment();
        }
    }

    /** Counts by the names of their reasons. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((reason, count) -> all.put(reason.name(), count.sum()));
        return all;
    }
}
