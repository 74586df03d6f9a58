package dev.millrace.client.idempotent;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that moves when a test says so; compiled for the Java of these tests. Thread-safe: one atomic count. */
final class TestTime {
    private final AtomicLong elapsedNanos = new AtomicLong();

    LongSupplier nanos() {
        return elapsedNanos::get;
    }

    void advance(Duration step) {
        elapsedNanos.addAndGet(step.toNanos());
    }
}
