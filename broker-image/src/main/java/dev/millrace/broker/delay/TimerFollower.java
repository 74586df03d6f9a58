package dev.millrace.broker.delay;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.store.Disk;
import dev.millrace.store.LogFollower;
import dev.millrace.store.LogRecord;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Sees in the log which messages are held back and which of them are settled, that is delivered, recalled or stored
 * again. While the store opens it brings the calendar up to date itself; afterwards it notes events for the delays
 * thread.
 *
 * <p>Owner: the opening thread, then the dispatch thread; {@link #take} is for the delays thread, {@link #mayRemoveBefore} for
 * the upkeep thread. Bounded: senders are refused while there is a {@link #refusal}, and deliveries under way are few.
 */
public final class TimerFollower implements LogFollower {
    /** The record at position 0, as the prepared position of the record that settles it: 0 means none. */
    static final long FIRST_RECORD = 1;

    private static final byte[] TIMER_TOPIC = TopicNames.TIMER.getBytes(US_ASCII);
    private static final byte[] DUE = PropertyNames.TIMER_DUE_MS.getBytes(US_ASCII);
    private static final byte[] DELIVERED = PropertyNames.TIMER_DELIVERED_MS.getBytes(US_ASCII);
    private static final byte[] ROLL_TIMES = PropertyNames.TIMER_ROLL_TIMES.getBytes(US_ASCII);
    private static final byte[] RECALLED_KEY = PropertyNames.TIMER_RECALLED_KEY.getBytes(US_ASCII);
    private static final byte[] UNIQUE_KEY = PropertyNames.UNIQUE_KEY.getBytes(US_ASCII);
    private static final int EVENTS_MAX = 1 << 19;

    private final Disk disk;
    private final Path folder;
    private final int windowCount;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private ArrayDeque<TimerEvents> events = new ArrayDeque<>();

    @GuardedBy("lock")
    private long reached;

    private @Nullable TimerLedger ledger;
    private boolean isOpening = true;
    /** Position behind the last record that was noted. */
    @GuardedBy("lock")
    private long noted;

    private volatile int waitingCount;
    private volatile boolean hasFailed;
    /** Records before it are needed by nobody; written by the delays thread. */
    private volatile long removableBefore;
    /** Position up to which the store would like to remove; written by the upkeep thread. */
    private volatile long wantedRemoved;

    /** @param storeFolder folder of the store */
    public TimerFollower(Disk disk, Path storeFolder, DelayConfig config) {
        this.disk = disk;
        this.folder = storeFolder.resolve("timers");
        this.windowCount = config.windowCount();
    }

    /** What was noted, the position before which nothing is missing, and the one behind which nothing is known. */
    record Taken(ArrayDeque<TimerEvents> events, TimerSaves.Extent extent) {}

    /** Delays thread: takes everything over. */
    Taken take() {
        synchronized (lock) {
            Taken taken = new Taken(events, new TimerSaves.Extent(reached, noted));
            events = new ArrayDeque<>();
            waitingCount = 0;
            return taken;
        }
    }

    /** The state that was loaded; from now on it belongs to the delays thread. */
    TimerLedger ledger() {
        if (ledger == null) {
            throw new AssertionError("the store is not open");
        }
        return ledger;
    }

    /** Why no message may be held back now, with the remedy; null if one may. */
    public @Nullable String refusal() {
        if (hasFailed) {
            return "the calendar can't be saved, a force of its files failed; check the broker's disk and restart it, or"
                    + " send to another broker";
        }
        return waitingCount > EVENTS_MAX
                ? "the calendar is behind by " + waitingCount + " events, more than " + EVENTS_MAX
                        + "; wait a little and send again, and look whether the broker's disk is full"
                : null;
    }

    /** The calendar's files can't be relied on any more. */
    void fail() {
        hasFailed = true;
    }

    boolean hasFailed() {
        return hasFailed;
    }

    void setRemovableBefore(long position) {
        removableBefore = position;
    }

    long removableBefore() {
        return removableBefore;
    }

    long wantedRemoved() {
        return wantedRemoved;
    }

    @Override
    public boolean mayRemoveBefore(long endPosition) {
        wantedRemoved = endPosition;
        return endPosition <= removableBefore;
    }

    @Override
    public long resumePosition(long endPosition) {
        TimerLedger opened = new TimerLedger(TimerCalendar.open(disk, folder, endPosition), windowCount);
        ledger = opened;
        isOpening = endPosition > 0;
        synchronized (lock) {
            reached = endPosition;
        }
        return opened.calendar().position();
    }

    @Override
    public boolean wants(LogRecord record) {
        return record.preparedPosition() != 0
                || record.isTopic(TIMER_TOPIC)
                // RocketMQ's broker says nothing else of what it delivered.
                || isOpening && record.property(DELIVERED) != null;
    }

    @Override
    public void follow(LogRecord record) {
        long dueMs = number(record.property(DUE));
        if (dueMs < 0) {
            return;
        }
        if (record.isTopic(TIMER_TOPIC)) {
            followTimer(record, dueMs);
        } else if (record.preparedPosition() != 0) {
            note(TimerEvents.SETTLE, dueMs, record.position(), settled(record));
        } else {
            note(TimerEvents.SETTLE_KEY, dueMs, record.position(), hash(record.property(UNIQUE_KEY)));
        }
    }

    private void followTimer(LogRecord record, long dueMs) {
        boolean isRolled = record.property(ROLL_TIMES) != null;
        String recalledKey = record.property(RECALLED_KEY);
        // The prepared position of a committed transaction is that of its half message.
        boolean settlesByPosition = record.preparedPosition() != 0 && (isRolled || recalledKey != null);
        if (settlesByPosition) {
            note(TimerEvents.SETTLE, dueMs, record.position(), settled(record));
        } else if (recalledKey != null) {
            note(TimerEvents.SETTLE_KEY, dueMs, record.position(), hash(keyOf(recalledKey)));
        } else if (isRolled) {
            note(TimerEvents.SETTLE_KEY, dueMs, record.position(), hash(record.property(UNIQUE_KEY)));
        }
        if (recalledKey == null && SystemFlags.isQueued(record.systemFlag())) {
            note(TimerEvents.ADD, dueMs, record.position(), hash(record.property(UNIQUE_KEY)));
        }
    }

    private static long settled(LogRecord record) {
        return record.preparedPosition() == FIRST_RECORD ? 0 : record.preparedPosition();
    }

    /** RocketMQ puts the topic and a plus sign before the key if it is set up to. */
    private static String keyOf(String recalledKey) {
        return recalledKey.substring(recalledKey.lastIndexOf('+') + 1);
    }

    static int hash(@Nullable String uniqueKey) {
        return uniqueKey == null ? 0 : uniqueKey.hashCode();
    }

    private static long number(@Nullable String text) {
        if (text == null) {
            return -1;
        }
        try {
            return Math.max(0, Long.parseLong(text));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Events that nobody took over. */
    int waitingCount() {
        return waitingCount;
    }

    void note(int kind, long dueMs, long position, long value) {
        TimerEvents full = null;
        synchronized (lock) {
            TimerEvents last = events.peekLast();
            if (last == null || last.isFull()) {
                full = last;
                last = new TimerEvents();
                events.add(last);
            }
            last.add(kind, dueMs, position, value);
            noted = position + 1;
            waitingCount++;
        }
        if (full != null && isOpening) {
            applyAll();
        }
    }

    /** Nobody else uses the ledger while the store opens, and all that the log holds then is forced. */
    private void applyAll() {
        TimerLedger target = ledger();
        for (TimerEvents each : take().events) {
            target.apply(each);
        }
        target.settleDurable(Long.MAX_VALUE);
    }

    @Override
    public void reached(long position) {
        synchronized (lock) {
            reached = position;
        }
        if (isOpening) {
            applyAll();
            ledger().settleKeys();
            isOpening = false;
        }
    }
}
