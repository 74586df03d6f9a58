package dev.millrace.broker.role;

import java.util.Optional;

/**
 * A master that wants to hand over: it takes no appends until a successor has everything, or until it gives up.
 * Thread-safe: immutable.
 *
 * @param wished the replica that is to take over; empty for any
 * @param isForced it must not go on as master
 */
record Handover(Optional<Integer> wished, boolean isForced, long sinceMs) {
    private static final long PATIENCE_MS = 5_000;

    /** Whether the successor took too long. */
    boolean isOver(long nowMs) {
        return !isForced && nowMs - sinceMs >= PATIENCE_MS;
    }
}
