package dev.millrace.broker.pop;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.store.EntryFilter;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A request that waits for a message. Whoever claims it first, an arrival or the deadline, resumes it.
 *
 * <p>Thread-safe: one atomic flag.
 */
final class Waiter {
    private final QueueKey wanted;
    private final EntryFilter filter;
    private final Caller caller;
    private final long deadlineNanos;
    private final Resume resume;
    private final AtomicBoolean isClaimed = new AtomicBoolean();

    /** Goes on with the request; on its event loop. */
    @FunctionalInterface
    interface Resume {
        /** @param isOver whether the time is over, so that it is answered in any case */
        void run(Waiter waiter, boolean isOver);
    }

    /** @param wanted queue id -1 for any queue */
    Waiter(QueueKey wanted, EntryFilter filter, Caller caller, long deadlineNanos, Resume resume) {
        this.wanted = wanted;
        this.filter = filter;
        this.caller = caller;
        this.deadlineNanos = deadlineNanos;
        this.resume = resume;
    }

    /** The same request, not claimed. */
    Waiter again() {
        return new Waiter(wanted, filter, caller, deadlineNanos, resume);
    }

    QueueKey wanted() {
        return wanted;
    }

    EntryFilter filter() {
        return filter;
    }

    Caller caller() {
        return caller;
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

    boolean isConnected() {
        return caller.connection().isOpen();
    }

    /** For who claimed it. */
    void resume(boolean isOver) {
        caller.connection().execute(() -> Answers.answering(caller, () -> resume.run(again(), isOver)));
    }
}
