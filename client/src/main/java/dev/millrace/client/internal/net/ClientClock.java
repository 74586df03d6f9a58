package dev.millrace.client.internal.net;

import java.util.function.LongSupplier;

/** The two clocks: one that only grows, for durations, and wall time in ms since the epoch. */
public record ClientClock(LongSupplier nanos, LongSupplier wallMs) {
    public long nanoTime() {
        return nanos.getAsLong();
    }

    public long wallTimeMs() {
        return wallMs.getAsLong();
    }
}
