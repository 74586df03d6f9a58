package dev.millrace.broker.copy;

import dev.millrace.store.replica.GroupStore;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * One copy of a broker group, from its opening to its close. {@link CopyWiring} opens one.
 *
 * <p>Thread-safe.
 */
public interface GroupCopy extends AutoCloseable {
    GroupStore store();

    CopyStatus status();

    /**
     * Calls back at once, then after each change, on the role thread: must not block, and must not close this copy. When the
     * status shows an open master, the store takes appends already.
     */
    AutoCloseable watch(Consumer<CopyStatus> watcher);

    /** Hands over if another copy can take over; {@link #ended} completes then, after five seconds at most. */
    void endRequested();

    /** Completes when this copy may or must end; whoever waits for it closes it. */
    CompletionStage<CopyEnd> ended();

    /** Ends everything, the store too. Without {@link #endRequested} it is as if the process died. */
    @Override
    void close();
}
