package dev.millrace.broker.role;

/** What a {@link Copy} wants done, in this order. Thread-safe: immutable. */
public sealed interface Effect {
    /** Read the record with {@link ElectionRecord#read}; the answer is RecordSeen or ReadFailed. */
    record ReadRecord(long readId) implements Effect {}

    /** Write the record with {@link ElectionRecord#put}; the answer is PutDone. */
    record PutRecord(long putId, String uid, String version, GroupRecord next) implements Effect {}

    /**
     * Take or renew the lease; the answer is LeaseDone, or none if it is not known.
     *
     * @param seconds its term
     */
    record RenewLease(long leaseId, int seconds) implements Effect {}

    record ReleaseLease() implements Effect {}

    /** Send it if the peer can be reached, else tell PeerGone. */
    record Send(int peer, Message message) implements Effect {}

    /** Force this to the disk; the answer is Stored. Later ones replace earlier ones. */
    record Persist(long ticket, StoredState state) implements Effect {}

    /** Cut the log at {@code position} and force that; the answer is CutDone. */
    record Cut(long position) implements Effect {}

    /**
     * Begin an epoch at the end of the log, or at 0 if its history is empty; forced before anything is appended. The answer
     * is LogAdvanced.
     */
    record BeginEpoch(long epoch) implements Effect {}

    /** Stream the log from {@code from} on to a follower; what was streamed to it before in other sessions ends. */
    record StreamTo(int peer, long session, long epoch, long from) implements Effect {}

    /** Take what this master streams in this session, and nothing else. */
    record TakeFrom(int peer, long session, long epoch) implements Effect {}

    /** Stop streaming and taking. */
    record EndStreams() implements Effect {}

    /** Try to connect to the peer's port; the answer is Probed or PeerGone. */
    record Probe(int peer) implements Effect {}

    /** What handlers, registration and readiness go by from now on. */
    record Publish(RoleView view) implements Effect {}

    /** The answer to {@link Event.ReportWanted}, once the promise is on disk. */
    record GiveReport(long requestId, Message.Report report) implements Effect {}

    /** The process may end now. */
    record End() implements Effect {}
}
