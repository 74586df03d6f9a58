package dev.millrace.client.idempotent;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The clock and the threads of listeners; a listener ends its own. */
final class IdempotenceWiring {
    private static final long TICK_MS_MIN = 20;
    private static final long TICK_MS_MAX = 1000;
    private static final int TICKS_A_LEASE = 10;
    private static final long FORGET_EVERY_MS = 1000;

    private IdempotenceWiring() {}

    static LongSupplier nanos() {
        return System::nanoTime;
    }

    static Guard guard(IdempotenceStore store, IdempotenceSettings settings) {
        Counters counters = new Counters();
        LeaseKeeper keeper = new LeaseKeeper(store, settings.lease(), nanos(), counters);
        Forgetting forgetting = new Forgetting(store, counters);
        ScheduledExecutorService renewal = thread("idempotence-" + settings.scope());
        ScheduledExecutorService cleaning = thread("idempotence-cleaning-" + settings.scope());
        long tickMs =
                Math.max(TICK_MS_MIN, Math.min(TICK_MS_MAX, settings.lease().toMillis() / TICKS_A_LEASE));
        renewal.scheduleWithFixedDelay(keeper::doWork, tickMs, tickMs, TimeUnit.MILLISECONDS);
        cleaning.scheduleWithFixedDelay(forgetting::doWork, FORGET_EVERY_MS, FORGET_EVERY_MS, TimeUnit.MILLISECONDS);
        return new Guard(store, settings, nanos(), keeper, counters, () -> {
            renewal.shutdownNow();
            cleaning.shutdownNow();
        });
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }
}
