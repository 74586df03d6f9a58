package dev.millrace.store;

/**
 * A loop of the store, one turn at a time. A runner calls {@link #doWork()} from one thread only: that thread owns what
 * the agent owns. Tests call it by hand.
 */
public interface Agent {
    /**
     * One bounded turn.
     *
     * @return work done; 0 lets the runner park until {@link #wakeUp()} is signalled or the park limit is over
     */
    int doWork();

    /** Name of the role and of its thread, for example {@code commit-log}. */
    String roleName();

    /** Where other threads signal that there is work. */
    WakeUp wakeUp();

    /** Longest time to sleep without a signal, nanoseconds. */
    default long parkNanosMax() {
        return 100_000_000L;
    }

    /** A turn threw. The agent makes the store fail; later turns only answer who waits. */
    default void failed(Throwable fault) {}
}
