package dev.millrace.client.internal.consume;

import dev.millrace.client.internal.net.ClientClock;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands arrivals to as many workers as their listener needs: a fast one gets long runs of messages on few threads, a slow
 * one gets a message a thread. {@code // hot path}
 *
 * <p>Thread-safe: concurrent lists and an atomic count of workers.
 */
final class Workers {
    /** A run shall take about this long, so that other workers find something to claim. */
    private static final long RUN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    /** More work than this is worth waking another worker. */
    private static final long WAKE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private static final int RUN_MAX = 256;
    private static final int AVERAGE_SHIFT = 3;

    private final Executor executor;
    private final int countMax;
    private final int batchCountMax;
    private final ClientClock clock;
    private final Handler handler;
    private final ConcurrentLinkedQueue<Arrival> ready = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Runnable> first = new ConcurrentLinkedQueue<>();
    private final AtomicInteger active = new AtomicInteger();
    private volatile long messageNanos = RUN_NANOS;

    /** Handles a run of messages of one arrival. */
    @FunctionalInterface
    interface Handler {
        void handle(Arrival arrival, int from, int to);
    }

    /**
     * @param countMax workers at one time
     * @param batchCountMax messages of one call of the listener
     */
    Workers(Executor executor, int countMax, int batchCountMax, ClientClock clock, Handler handler) {
        this.executor = executor;
        this.countMax = countMax;
        this.batchCountMax = batchCountMax;
        this.clock = clock;
        this.handler = handler;
    }

    void add(Arrival arrival) {
        ready.add(arrival);
        wakeOne();
    }

    /**
     * Work that goes before all arrivals.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the workers have ended
     */
    void addFirst(Runnable work) {
        first.add(work);
        wakeOne();
    }

    private void wakeOne() {
        int now = active.get();
        while (now < countMax) {
            if (active.compareAndSet(now, now + 1)) {
                executor.execute(this::work);
                return;
            }
            now = active.get();
        }
    }

    private void work() {
        try {
            runFirst();
            for (Arrival arrival = ready.peek(); arrival != null; arrival = ready.peek()) {
                int run = runLength();
                int from = arrival.claim(run);
                int to = Math.min(arrival.count(), from + run);
                if (to >= arrival.count()) {
                    ready.remove(arrival);
                }
                if (from < arrival.count()) {
                    handle(arrival, from, to);
                }
                runFirst();
            }
        } finally {
            active.decrementAndGet();
            if (!ready.isEmpty() || !first.isEmpty()) {
                wakeOne();
            }
        }
    }

    private void runFirst() {
        for (Runnable work = first.poll(); work != null; work = first.poll()) {
            work.run();
        }
    }

    private int runLength() {
        long byTime = RUN_NANOS / Math.max(1, messageNanos);
        int run = (int) Math.min(RUN_MAX, Math.max(1, byTime));
        return Math.max(batchCountMax, run / batchCountMax * batchCountMax);
    }

    private void handle(Arrival arrival, int from, int to) {
        long average = messageNanos;
        if (arrival.unclaimed() * average > WAKE_NANOS) {
            wakeOne();
        }
        long since = clock.nanoTime();
        handler.handle(arrival, from, to);
        long each = (clock.nanoTime() - since) / (to - from);
        messageNanos = Math.max(1, average + (each - average >> AVERAGE_SHIFT));
    }
}
