package dev.millrace.store.commitlog;

import dev.millrace.store.FlushMode;

/** What makes a record committed: queues and index show it, and who appended it is answered. */
public enum CommitRule {
    /** It is in the log. */
    APPENDED,
    /** It is forced. */
    FORCED,
    /** Somebody outside says so who knows the other copies. */
    TOLD;

    /** For a store that stands alone. */
    public static CommitRule alone(FlushMode mode) {
        return mode == FlushMode.SYNC ? FORCED : APPENDED;
    }
}
