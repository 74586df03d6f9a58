package dev.millrace.store.queue;

/** Tells the store time of a record in the log. Thread-safe. */
@FunctionalInterface
public interface RecordTimes {
    /** Store time in ms since the epoch, -1 if the position is not in the log any more. */
    long storeTimeMs(long position);
}
