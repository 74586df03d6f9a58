package dev.millrace.broker.copy;

import dev.millrace.store.epoch.EpochHistory;

/** Why a copy is over. Thread-safe: immutable. */
public sealed interface CopyEnd {
    /** It was asked to end, and nobody needs it any more. */
    record Asked() implements CopyEnd {}

    /** A loss was approved, or {@code acks: Async} ordered it, and this copy has what is lost: it begins with an empty store. */
    record Diverged(String reason) implements CopyEnd {}

    /**
     * Retention took from the master's log what this copy needs next.
     *
     * @param position where the master's log begins
     * @param history of what is before it
     * @param isEmpty whether this copy holds no record, so that its log can begin there
     */
    record BeginAt(long position, EpochHistory history, boolean isEmpty, String reason) implements CopyEnd {}

    /** It can't go on. */
    record Failed(String reason) implements CopyEnd {}
}
