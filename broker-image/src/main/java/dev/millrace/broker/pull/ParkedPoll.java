package dev.millrace.broker.pull;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.filter.TagFilter;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.store.QueueLog;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A pull that waits for a message. Whoever claims it first, the dispatcher or the deadline, wakes it.
 *
 * <p>Thread-safe: one atomic flag.
 */
final class ParkedPoll {
    private final PullMessage pull;
    private final Caller caller;
    private final TagFilter filter;
    private final QueueLog queue;
    private final long deadlineNanos;
    private final AtomicBoolean isClaimed = new AtomicBoolean();

    ParkedPoll(PullMessage pull, Caller caller, TagFilter filter, QueueLog queue, long deadlineNanos) {
        this.pull = pull;
        this.caller = caller;
        this.filter = filter;
        this.queue = queue;
        this.deadlineNanos = deadlineNanos;
    }

    PullMessage pull() {
        return pull;
    }

    Caller caller() {
        return caller;
    }

    TagFilter filter() {
        return filter;
    }

    QueueLog queue() {
        return queue;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /** True for the first caller only. */
    boolean claim() {
        return isClaimed.compareAndSet(false, true);
    }

    boolean isClaimed() {
        return isClaimed.get();
    }
}
