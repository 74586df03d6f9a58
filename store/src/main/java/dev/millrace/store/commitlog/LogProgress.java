package dev.millrace.store.commitlog;

/**
 * How far the log is. Each value has one writer: {@code appended}, {@code storeTimeMs}, {@code appendedCount} the
 * commit-log thread, {@code durable} and {@code flushCount} the flush thread.
 *
 * <p>Thread-safe: volatile.
 */
public final class LogProgress {
    private volatile long appended;
    private volatile long durable;
    private volatile long storeTimeMs;
    private volatile long appendedCount;
    private volatile long flushCount;

    /** Before the threads start: where recovery ended; all of it is durable. */
    public void start(long endPosition, long lastStoreTimeMs) {
        appended = endPosition;
        durable = endPosition;
        storeTimeMs = lastStoreTimeMs;
    }

    /** Position behind the last record. */
    public long appended() {
        return appended;
    }

    /** Everything before it is forced. */
    public long durable() {
        return durable;
    }

    /** Store time of the last record, ms since the epoch; never falls. */
    public long storeTimeMs() {
        return storeTimeMs;
    }

    /** Records since the start. */
    public long appendedCount() {
        return appendedCount;
    }

    public long flushCount() {
        return flushCount;
    }

    void append(long endPosition, long timeMs, int records) {
        if (endPosition < appended) {
            throw new AssertionError("the log's end goes back from " + appended + " to " + endPosition);
        }
        storeTimeMs = timeMs;
        addAppended(records);
        appended = endPosition;
    }

    void force(long position) {
        durable = position;
        addFlush();
    }

    // One writer, see the class.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void addAppended(int records) {
        appendedCount += records;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void addFlush() {
        flushCount++;
    }
}
