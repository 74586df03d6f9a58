package dev.millrace.store.commitlog;

/**
 * How far the log is. Each value has one writer: {@code appended}, {@code told}, {@code ownFrom}, {@code storeTimeMs},
 * {@code appendedCount} the commit-log thread, {@code durable} and {@code flushCount} the flush thread, except that a cut of the log takes
 * {@code durable} back; the lock guards {@code durable} and {@code cuts} for that.
 *
 * <p>Thread-safe: volatile.
 */
public final class LogProgress {
    private final CommitRule rule;
    private final Object lock = new Object();
    private volatile long appended;
    private volatile long durable;
    private volatile long told;
    private volatile long storeTimeMs;
    private volatile long appendedCount;
    private volatile long flushCount;
    private volatile int cuts;
    private volatile long ownFrom;

    public LogProgress(CommitRule rule) {
        this.rule = rule;
    }

    /** Before the threads start: where recovery ended, all of it durable; {@code committed} counts with {@code TOLD}. */
    public void start(long endPosition, long lastStoreTimeMs, long committed) {
        appended = endPosition;
        durable = endPosition;
        told = Math.min(committed, endPosition);
        storeTimeMs = lastStoreTimeMs;
        ownFrom = rule == CommitRule.TOLD ? Long.MAX_VALUE : endPosition;
    }

    /** Position behind the last record. */
    public long appended() {
        return appended;
    }

    /** Everything before it is forced. */
    public long durable() {
        return durable;
    }

    /** Everything before it may be shown and was or will be answered; never falls, never behind {@link #appended}. */
    public long committed() {
        return switch (rule) {
            case APPENDED -> appended;
            case FORCED -> durable;
            case TOLD -> told;
        };
    }

    /** Store time of the last record, ms since the epoch; never falls but by a cut. */
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

    /**
     * Records from here on are appended by this store as it is open now; those before were there or come from a master, and
     * their queues may have no handle yet.
     */
    public long ownFrom() {
        return ownFrom;
    }

    void ownFrom(long position) {
        ownFrom = position;
    }

    /** Cuts so far: to be asked before what is to be forced is looked at. */
    int cuts() {
        return cuts;
    }

    void append(long endPosition, long timeMs, int records) {
        if (endPosition < appended) {
            throw new AssertionError("the log's end goes back from " + appended + " to " + endPosition);
        }
        storeTimeMs = timeMs;
        addAppended(records);
        appended = endPosition;
    }

    /** Moves the committed position up to here, at most to the log's end; returns whether it moved. */
    boolean commit(long position) {
        long next = Math.min(position, appended);
        if (next <= told) {
            return false;
        }
        told = next;
        return true;
    }

    /** Everything before the position is forced, unless the log was cut since {@code cutsBefore}. */
    void force(long position, int cutsBefore) {
        synchronized (lock) {
            if (cutsBefore == cuts) {
                durable = position;
                addFlush();
            }
        }
    }

    /** The log ends here from now on. */
    void cut(long position, long timeMs) {
        if (position < committed()) {
            throw new AssertionError("cut to " + position + " below the committed position " + committed());
        }
        synchronized (lock) {
            storeTimeMs = timeMs;
            appended = position;
            durable = Math.min(durable, position);
            // Last: who reads the count of cuts first, and these then, is told at the end that they do not belong
            // together.
            addCut();
        }
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

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void addCut() {
        cuts++;
    }
}
