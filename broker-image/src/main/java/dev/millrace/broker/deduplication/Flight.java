package dev.millrace.broker.deduplication;

import dev.millrace.store.AppendOutcome;
import java.util.concurrent.CompletableFuture;

/**
 * A message that is the first with its id and on its way into the log. Who sends it again meanwhile waits for its end.
 *
 * <p>Thread-safe: its end is told once, by whoever appends it.
 */
public final class Flight {
    private final Window window;
    private final String key;
    private final int queueId;
    private final long dueMs;
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();

    Flight(Window window, String key, int queueId, long dueMs) {
        this.window = window;
        this.key = key;
        this.queueId = queueId;
        this.dueMs = dueMs;
    }

    String key() {
        return key;
    }

    CompletableFuture<Ending> ending() {
        return ending;
    }

    /** The log took the message. Until the window hears of it from the log the flight answers for it. */
    public void stored(long queueOffset, long position) {
        ending.complete(new Ending.Stored(new Receipt(queueId, queueOffset, position, dueMs)));
    }

    /** The log did not take the message. */
    public void refused(AppendOutcome outcome) {
        window.forget(this);
        ending.complete(new Ending.Refused(outcome));
    }
}
