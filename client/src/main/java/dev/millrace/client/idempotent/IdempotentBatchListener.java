package dev.millrace.client.idempotent;

import dev.millrace.client.BatchListener;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;
import java.util.List;

/**
 * Calls a listener with those messages of a batch that nobody has handled and nobody works on; its result may be one for
 * each of them. Messages that others work on come later, without counting an attempt.
 *
 * <p>Owns a thread that renews leases and one that lets the store forget what is over. Close it after its consumer; the store stays open. Thread-safe.
 */
public final class IdempotentBatchListener implements BatchListener, AutoCloseable {
    private final Guard guard;
    private final Guard.Work work;

    private IdempotentBatchListener(Guard guard, Guard.Work work) {
        this.guard = guard;
        this.work = work;
    }

    public static IdempotentBatchListener of(
            IdempotenceStore store, IdempotenceSettings settings, BatchListener listener) {
        return new IdempotentBatchListener(
                IdempotenceWiring.guard(store, settings), (messages, leases) -> listener.consume(messages));
    }

    @Override
    public ConsumeResult consume(List<ReceivedMessage> messages) throws Exception {
        return guard.consume(messages, work);
    }

    public IdempotenceCounts counts() {
        return guard.counts();
    }

    /** Ends the renewals; calls that wait for a store or another's lease give up at once. */
    @Override
    public void close() {
        guard.close();
    }
}
