package dev.millrace.store;

/**
 * Derives state of its own from the log: is told of the records it wants, in the order of the log, each at least once
 * over the life of the folder. What it derived it saves itself, with the position up to which it got; after a crash the
 * log may end before that position, so it saves only what {@link MessageStore#durablePosition()} covers.
 *
 * <p>Owner: the opening thread until the store is open, then the dispatch thread. An implementation must not block.
 */
public interface LogFollower {
    /**
     * Position from which records are needed. Asked once, while the store opens; one before the first record of the log
     * means the first record, one behind the last means that the log lost its end.
     *
     * @param endPosition position behind the last record of the log that is opened
     */
    long resumePosition(long endPosition);

    /** Whether a record is wanted: called for every record, so it allocates nothing and looks at few fields. */
    boolean wants(LogRecord record);

    /** A record that is wanted. */
    void follow(LogRecord record);

    /** Every record before this position was offered; called at the end of each turn, and once when the store opens. */
    void reached(long position);

    /**
     * Retention is about to remove every record before this position: whether that harms nobody. One that answers false
     * makes itself independent of them soon; it is asked again at the next pass. Upkeep thread.
     */
    default boolean mayRemoveBefore(long position) {
        return true;
    }
}
