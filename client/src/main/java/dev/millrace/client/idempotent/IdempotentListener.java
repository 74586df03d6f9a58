package dev.millrace.client.idempotent;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.MessageListener;
import dev.millrace.client.ReceivedMessage;
import java.util.List;

/**
 * Calls a listener once for each message, however often it is delivered; see {@code docs/idempotence.md} for when that holds.
 * A result of SUCCESS is remembered. All others, and exceptions, give the claim back, so that the next delivery is handled. A
 * message that another consumer works on comes later, without counting an attempt.
 *
 * <p>Owns a thread that renews leases and one that lets the store forget what is over. Close it after its consumer; the store stays open. Thread-safe.
 */
public final class IdempotentListener implements MessageListener, AutoCloseable {
    private final Guard guard;
    private final Guard.Work work;

    private IdempotentListener(Guard guard, Guard.Work work) {
        this.guard = guard;
        this.work = work;
    }

    public static IdempotentListener of(
            IdempotenceStore store, IdempotenceSettings settings, MessageListener listener) {
        return new IdempotentListener(
                IdempotenceWiring.guard(store, settings), (messages, leases) -> listener.consume(messages.get(0)));
    }

    /** For a listener that uses the lease. {@link WhenStoreFails#GO_ON} is not possible: there would be none. */
    public static IdempotentListener leased(
            IdempotenceStore store, IdempotenceSettings settings, LeasedListener listener) {
        if (settings.whenStoreFails() == WhenStoreFails.GO_ON) {
            throw new IdempotenceException(
                    "a listener that uses its lease can't go on without the store; use whenStoreFails(FAIL)");
        }
        return new IdempotentListener(
                IdempotenceWiring.guard(store, settings),
                (messages, leases) -> listener.consume(messages.get(0), leases.get(0)));
    }

    @Override
    public ConsumeResult consume(ReceivedMessage message) throws Exception {
        return guard.consume(List.of(message), work);
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
