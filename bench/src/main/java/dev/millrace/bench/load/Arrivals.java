package dev.millrace.bench.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the messages of a drain, from the first to the expected last. Thread-safe: atomic counters. */
public final class Arrivals {
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

    boolean await(long timeoutMs) throws InterruptedException {
        return allArrived.await(timeoutMs, TimeUnit.MILLISECONDS);
    }

    long count() {
        return count.get();
    }

    long firstNanos() {
        return firstNanos.get();
    }

    /** The time from the first message to the last expected one, or to now while some are missing. */
    long elapsedNanos() {
        return (allArrived.getCount() == 0 ? lastNanos : System.nanoTime()) - firstNanos.get();
    }
}
