package dev.millrace.store;

/** Hears how far recovery is. Called on the opening thread. */
@FunctionalInterface
public interface RecoveryListener {
    RecoveryListener NONE = (phase, donePosition, endPosition) -> {};

    /** What recovery does. */
    enum Phase {
        CHECKING_LOG,
        LOADING_QUEUES,
        REBUILDING,
        DONE
    }

    /**
     * @param donePosition log position reached
     * @param endPosition log position to reach, as far as known
     */
    void progress(Phase phase, long donePosition, long endPosition);
}
