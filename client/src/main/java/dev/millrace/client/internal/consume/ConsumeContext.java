package dev.millrace.client.internal.consume;

import dev.millrace.client.internal.group.Membership;
import dev.millrace.client.internal.group.Upkeep;
import dev.millrace.client.internal.net.ClientClock;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.pull.QueueReader;
import dev.millrace.client.internal.pull.QueueReaders;
import dev.millrace.client.internal.route.RouteCache;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What consumers get from the client.
 *
 * @param later runs something short on the timer thread
 * @param upkeep runs what may wait
 * @param workers runs listeners; the consumer shuts it down
 */
public record ConsumeContext(
        Requests requests,
        RouteCache routes,
        ClientClock clock,
        Membership membership,
        QueueReaders.Parts reading,
        QueueReader.Later later,
        Upkeep upkeep,
        ExecutorService workers,
        Closing closing,
        ConsumeTrace trace) {
    private static final long WORKERS_WAIT_SECONDS = 20;

    /** Hears that a consumer has closed. */
    @FunctionalInterface
    public interface Closing {
        void closed(GroupConsumer consumer);
    }

    void closed(GroupConsumer consumer) {
        closing.closed(consumer);
    }

    /** Waits for listeners that run, and interrupts them if that takes long. */
    void endWorkers() {
        workers.shutdown();
        try {
            if (!workers.awaitTermination(WORKERS_WAIT_SECONDS, TimeUnit.SECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
