package dev.millrace.broker.pull;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.store.EntryFilter;
import dev.millrace.store.QueueLog;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A pull that may wait for a message. Whoever claims it first, the dispatcher or the deadline, wakes it.
 *
 * <p>Thread-safe: one atomic flag.
 */
final class ParkedPoll {
    private final PullMessage pull;
    private final Caller caller;
    private final EntryFilter filter;
    private final QueueLog queue;
    private final long deadlineNanos;
    private final long fromOffset;
    private final AtomicBoolean isClaimed = new AtomicBoolean();

    ParkedPoll(PullMessage pull, Caller caller, EntryFilter filter, QueueLog queue, long deadlineNanos) {
        this(pull, caller, filter, queue, deadlineNanos, pull.queueOffset());
    }

    private ParkedPoll(
            PullMessage pull, Caller caller, EntryFilter filter, QueueLog queue, long deadlineNanos, long fromOffset) {
        this.pull = pull;
        this.caller = caller;
        this.filter = filter;
        this.queue = queue;
        this.deadlineNanos = deadlineNanos;
        this.fromOffset = fromOffset;
    }

    /** The same poll, not claimed, that reads on from an offset: everything before it does not match. */
    ParkedPoll from(long offset) {
        return new ParkedPoll(pull, caller, filter, queue, deadlineNanos, offset);
    }

    PullMessage pull() {
        return pull;
    }

    Caller caller() {
        return caller;
    }

    EntryFilter filter() {
        return filter;
    }

    QueueLog queue() {
        return queue;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Queue offset of the first message that was not looked at yet. */
    long fromOffset() {
        return fromOffset;
    }

    /** Whether messages came that did not match. */
    boolean hasMoved() {
        return fromOffset > pull.queueOffset();
    }

    /** True for the first caller only. */
    boolean claim() {
        return isClaimed.compareAndSet(false, true);
    }

    boolean isClaimed() {
        return isClaimed.get();
    }
}
