package dev.millrace.broker.record;

/**
 * Who alone may do what needs the lease. Thread-safe: immutable.
 *
 * @param holder empty if nobody has it
 * @param renewals rises with every renewal, so that an observer sees that the holder lives
 * @param termMs how long it must be seen unchanged before somebody else takes it
 */
record Lease(String holder, long renewals, long termMs) {
    static final Lease FREE = new Lease("", 0, 0);

    boolean isFree() {
        return holder.isEmpty();
    }

    /** Taken or renewed. */
    Lease heldBy(String newHolder, long newTermMs) {
        return new Lease(newHolder, renewals + 1, newTermMs);
    }

    Lease released() {
        return new Lease("", renewals + 1, termMs);
    }
}
