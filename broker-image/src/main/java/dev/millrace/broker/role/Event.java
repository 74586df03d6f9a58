package dev.millrace.broker.role;

import dev.millrace.store.epoch.EpochHistory;

/** What a {@link Copy} is told. Thread-safe: immutable. */
public sealed interface Event {
    /** Time went on. */
    record Tick() implements Event {}

    /**
     * The store is open, or its log has changed.
     *
     * @param end position behind the last record
     * @param forced everything before it is on disk
     * @param history of the log
     */
    record LogAdvanced(long end, long forced, EpochHistory history) implements Event {}

    /** A {@link Effect.Persist} is forced. */
    record Stored(long ticket) implements Event {}

    /**
     * A {@link Effect.Cut} is forced.
     *
     * @param end of the log
     * @param forced everything before it is on disk; before {@code end} if what stays was not forced yet
     */
    record CutDone(long end, long forced, EpochHistory history) implements Event {}

    /**
     * The group as its store has it.
     *
     * @param readId of the {@link Effect.ReadRecord}; 0 if a watch reported it, then it may be old
     */
    record RecordSeen(long readId, GroupState state) implements Event {}

    /** A read failed or was not answered. */
    record ReadFailed(long readId, String cause) implements Event {}

    record PutDone(long putId, PutOutcome outcome) implements Event {}

    /** Answer to {@link Effect.RenewLease}: whether this process holds the lease for another full term. */
    record LeaseDone(long leaseId, boolean isHeld) implements Event {}

    record Received(int peer, Message message) implements Event {}

    /**
     * A peer was not reached.
     *
     * @param isRefused its machine answered that nothing listens: the process is dead
     */
    record PeerGone(int peer, boolean isRefused) implements Event {}

    /** Answer to {@link Effect.Probe}: whether the peer's port could be reached. A refused one is {@link PeerGone}. */
    record Probed(int peer, boolean isReached) implements Event {}

    /** The process is to end: hand over if somebody can take over. */
    record EndRequested() implements Event {}

    /** The record is to be rebuilt: report, and promise to write nothing until the rebuilt one is read. */
    record ReportWanted(long requestId) implements Event {}
}
