package dev.millrace.store;

/** Hears of new entries of a queue. */
public interface QueueWatcher {
    /** Called on the dispatch thread after the entry can be read; must not block. */
    void arrived(QueueLog queue, long queueOffset, long tagHash);
}
