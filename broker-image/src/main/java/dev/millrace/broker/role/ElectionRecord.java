package dev.millrace.broker.role;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Where the record of one broker group is kept. Writes are compared and swapped; every implementation refuses what
 * {@link RecordRules} forbid. Thread-safe.
 */
public interface ElectionRecord extends AutoCloseable {
    /** The newest state: no write that was answered before the call is missing. Fails if the store does not answer. */
    CompletionStage<GroupState> read();

    /**
     * Writes the record if uid and version are still those of the store. Never fails: what is not known is
     * {@link PutOutcome.Unknown}.
     */
    CompletionStage<PutOutcome> put(String uid, String version, GroupRecord next);

    /** Calls back soon after a change, from a thread of its own; states may be left out, the newest one is not. */
    AutoCloseable watch(Consumer<GroupState> watcher);

    /**
     * Takes or renews the group's lease for a holder; completes with whether the holder has it. Fails if unknown.
     *
     * @param term how long others wait without seeing it renewed, from this renewal on
     */
    CompletionStage<Boolean> renewLease(String holder, Duration term);

    /** Gives the lease back if the holder has it. */
    CompletionStage<Void> releaseLease(String holder);

    @Override
    void close();
}
