package dev.millrace.broker.delay;

import java.util.Arrays;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The messages that are due next, sorted: a part of the earliest hour with messages that wait. A key is the ms within the
 * hour, then the index in the hour, so that messages of one ms come in the order in which they were stored.
 *
 * <p>Owner: the delays thread. Bounded: twice {@code countMax} keys, however many messages an hour has; what does not fit
 * is looked for again in the calendar.
 */
final class DueWindow {
    private static final int INDEX_BITS = 40;
    private static final long INDEX_MASK = (1L << INDEX_BITS) - 1;

    private final TimerCalendar calendar;
    private final long[] keys;
    private final PriorityQueue<Long> fresh = new PriorityQueue<>();
    private final int countMax;
    private @Nullable CalendarHour hour;
    private int next;
    private int end;
    /** Waiting messages of the hour up to this key are here. */
    private long boundary;

    DueWindow(TimerCalendar calendar, int countMax) {
        this.calendar = calendar;
        this.countMax = countMax;
        this.keys = new long[2 * countMax];
    }

    /** Forgets what is loaded: indexes changed, or an earlier message waits again. */
    void reset() {
        hour = null;
        next = 0;
        end = 0;
        fresh.clear();
    }

    /** A message was added to the calendar, or waits again. */
    void offer(long dueMs, long index) {
        CalendarHour loaded = hour;
        if (loaded == null) {
            return;
        }
        long number = TimerCalendar.hourOf(dueMs);
        if (number < loaded.number()) {
            reset();
            return;
        }
        long key = (long) TimerCalendar.msInHour(dueMs) << INDEX_BITS | index;
        if (number == loaded.number() && key <= boundary) {
            fresh.add(key);
            if (fresh.size() > countMax) {
                reset();
            }
        }
    }

    /** When the next message is due, ms since the epoch; the largest long without one. */
    long nextDueMs() {
        CalendarHour loaded = current();
        return loaded == null ? Long.MAX_VALUE : loaded.number() * CalendarHour.LENGTH_MS + (peek() >>> INDEX_BITS);
    }

    /** The message that {@link #nextDueMs} speaks of, claimed: its hour and index there. */
    long claim() {
        CalendarHour loaded = current();
        if (loaded == null) {
            throw new AssertionError("no message waits");
        }
        long key = peek();
        if (!fresh.isEmpty() && fresh.element() == key) {
            fresh.remove();
        } else {
            next++;
        }
        loaded.claim(key & INDEX_MASK);
        return key & INDEX_MASK;
    }

    /** Hour of the next message. */
    CalendarHour hour() {
        CalendarHour loaded = current();
        if (loaded == null) {
            throw new AssertionError("no message waits");
        }
        return loaded;
    }

    private long peek() {
        long sorted = next < end ? keys[next] : Long.MAX_VALUE;
        return fresh.isEmpty() ? sorted : Math.min(sorted, fresh.element());
    }

    /** The hour that is loaded and has a message, after dropping what somebody else claimed or settled. */
    private @Nullable CalendarHour current() {
        while (true) {
            CalendarHour loaded = hour;
            if (loaded != null) {
                dropTaken(loaded);
                if (next < end || !fresh.isEmpty()) {
                    return loaded;
                }
            }
            if (!load()) {
                return null;
            }
        }
    }

    private void dropTaken(CalendarHour loaded) {
        while (next < end && !loaded.isWaiting(keys[next] & INDEX_MASK)) {
            next++;
        }
        while (!fresh.isEmpty() && !loaded.isWaiting(fresh.element() & INDEX_MASK)) {
            fresh.remove();
        }
    }

    private boolean load() {
        reset();
        for (CalendarHour candidate : calendar.hours()) {
            if (candidate.waitingCount() > 0) {
                select(candidate);
                hour = candidate;
                return true;
            }
        }
        return false;
    }

    /** Keeps the least keys of an hour: whenever the room is full, the larger half goes. */
    private void select(CalendarHour from) {
        boundary = Long.MAX_VALUE;
        int filled = 0;
        for (long index = from.firstLive(); index < from.count(); index++) {
            if (!from.isWaiting(index)) {
                continue;
            }
            long key = (long) from.dueInHourMs(index) << INDEX_BITS | index;
            if (key > boundary) {
                continue;
            }
            if (filled == keys.length) {
                Arrays.sort(keys);
                filled = countMax;
                boundary = keys[countMax - 1];
                if (key > boundary) {
                    continue;
                }
            }
            keys[filled++] = key;
        }
        Arrays.sort(keys, 0, filled);
        end = filled;
    }
}
