package dev.millrace.store;

/**
 * Handle of one queue: keep it, it stays the same object until its topic is deleted.
 *
 * <p>Thread-safe.
 */
public interface QueueLog {
    String topic();

    int queueId();

    /** First offset whose record is still in the log. */
    long minOffset();

    /** Offset behind the last readable entry. */
    long maxOffset();

    /**
     * Looks an offset up by store time (ms since the epoch). LOWER beyond the end gives {@link #maxOffset}; UPPER before
     * the start gives {@link #minOffset}; an empty queue gives 0.
     */
    long offsetByTime(long timeMs, Boundary boundary);

    /** Store time of an entry's record in ms since the epoch, -1 if there is none. */
    long storeTimeAt(long queueOffset);

    /** Adds who hears of new entries; one that is there already stays there once. */
    void addWatcher(QueueWatcher watcher);

    /** Removes who heard of new entries; it may still hear of one. */
    void removeWatcher(QueueWatcher watcher);

    /** Whether its topic was deleted; appends to this handle are refused. */
    boolean isDeleted();
}
