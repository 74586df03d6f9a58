package dev.millrace.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A clock that moves when a test says so: wall time and a monotonic reading advance together.
 *
 * <p>Thread-safe: one atomic counter.
 */
public final class ManualClock implements InstantSource {
    private final Instant start;
    private final AtomicLong elapsedNanos = new AtomicLong();

    public ManualClock(Instant start) {
        this.start = start;
    }

    @Override
    public Instant instant() {
        return start.plusNanos(elapsedNanos.get());
    }

    /** The monotonic reading, in nanoseconds since this clock was made. */
    public LongSupplier nanos() {
        return elapsedNanos::get;
    }

    public void advance(Duration step) {
        elapsedNanos.addAndGet(step.toNanos());
    }
}
