package dev.millrace.cli.load;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Counts the messages of a drain, from the first to the expected last. Thread-safe: atomic counters. */
public final class Arrivals {
    private static final Duration POLL = Duration.ofMillis(100);

    private final long expectedCount;
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong firstNanos = new AtomicLong();
    private final CountDownLatch allArrived = new CountDownLatch(1);
    private volatile long lastNanos;

    public Arrivals(long expectedCount) {
        this.expectedCount = expectedCount;
    }

    /** Messages have reached the application. */
    public void arrived(int messageCount) {
        if (messageCount == 0) {
            return;
        }
        if (firstNanos.get() == 0) {
            firstNanos.compareAndSet(0, System.nanoTime());
        }
        if (count.addAndGet(messageCount) >= expectedCount && allArrived.getCount() > 0) {
            lastNanos = System.nanoTime();
            allArrived.countDown();
        }
    }

    /** Waits until all are here, or none came for {@code stall}; then a little longer for any that are too many. */
    void await(Duration stall, Duration settle) throws InterruptedException {
        long seen = count.get();
        long seenNanos = System.nanoTime();
        while (!allArrived.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
            long now = System.nanoTime();
            if (count.get() != seen) {
                seen = count.get();
                seenNanos = now;
            } else if (now - seenNanos > stall.toNanos()) {
                return;
            }
        }
        long settledNanos = System.nanoTime() + settle.toNanos();
        while (System.nanoTime() < settledNanos) {
            LockSupport.parkNanos(settledNanos - System.nanoTime());
        }
    }

    long count() {
        return count.get();
    }

    long firstNanos() {
        return firstNanos.get();
    }

    /** The time from the first message to the last expected one. */
    long elapsedNanos() {
        return lastNanos - firstNanos.get();
    }
}
