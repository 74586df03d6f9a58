package dev.millrace.e2e.idempotence;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.MessageListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Delivers every id several times, in a seeded order, by several threads; what fails comes again, as a broker would do it.
 * Owner: one test.
 */
final class Swarm {
    static final int THREADS = 16;
    static final int TIMES = 3;

    private static final int MINUTES_MAX = 2;

    private final ConcurrentLinkedQueue<String> deliveries;
    private final AtomicInteger open;
    private final AtomicInteger failures = new AtomicInteger();

    Swarm(List<String> ids, long seed) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < TIMES; i++) {
            all.addAll(ids);
        }
        Collections.shuffle(all, new Random(seed));
        deliveries = new ConcurrentLinkedQueue<>(all);
        open = new AtomicInteger(all.size());
    }

    /** Until every delivery succeeded; gives how many failed before. */
    int run(MessageListener listener) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(() -> deliver(listener)));
            }
            for (Future<?> each : running) {
                each.get(MINUTES_MAX, TimeUnit.MINUTES);
            }
            return failures.get();
        } finally {
            threads.shutdownNow();
        }
    }

    private void deliver(MessageListener listener) {
        while (open.get() > 0 && !Thread.currentThread().isInterrupted()) {
            String id = deliveries.poll();
            if (id == null) {
                Thread.onSpinWait();
            } else if (isHandled(listener, id)) {
                open.decrementAndGet();
            } else {
                failures.incrementAndGet();
                deliveries.add(id);
            }
        }
    }

    private static boolean isHandled(MessageListener listener, String id) {
        try {
            return listener.consume(Delivered.message(id)) == ConsumeResult.SUCCESS;
        } catch (Exception e) {
            return false; // as for the client: it comes again
        }
    }
}
