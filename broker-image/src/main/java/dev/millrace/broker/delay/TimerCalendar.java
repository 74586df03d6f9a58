package dev.millrace.broker.delay;

import dev.millrace.store.Disk;
import dev.millrace.store.DiskFullException;
import dev.millrace.store.StoreException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All messages that are held back, by the hour in which they are due. On the disk: see {@link CalendarPages} and
 * {@link CalendarCheckpoint}; in memory about 16 bytes a page of 256.
 *
 * <p>Owner: the opening thread, then the delays thread. Crash behaviour: as of the last checkpoint; the log gives the
 * rest.
 */
final class TimerCalendar implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TimerCalendar.class);
    /** Settled entries that an hour keeps without being written anew. */
    private static final long SETTLED_MIN_TO_SHRINK = 4096;

    private final Disk disk;
    private final Path folder;
    private final CalendarPages pages;
    private final TreeMap<Long, CalendarHour> hours = new TreeMap<>();
    private long liveCount;
    private long position;

    private TimerCalendar(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
        this.pages = new CalendarPages(disk, folder);
    }

    /**
     * Loads what was saved; empty if nothing was, or if it does not fit the log.
     *
     * @param logEnd position behind the last record of the log
     */
    static TimerCalendar open(Disk disk, Path folder, long logEnd) {
        TimerCalendar calendar = new TimerCalendar(disk, folder);
        int pageCount = CalendarPages.countIn(disk, folder);
        Optional<CalendarCheckpoint> saved = CalendarCheckpoint.read(disk, folder)
                .filter(checkpoint -> checkpoint.position() <= logEnd && checkpoint.fits(pageCount));
        BitSet used = new BitSet();
        saved.ifPresent(checkpoint -> checkpoint.usedPages().forEach(used::set));
        calendar.pages.load(used);
        saved.ifPresentOrElse(
                calendar::load,
                () -> LOG.atInfo().addKeyValue("position", logEnd).log("the calendar is made from the log"));
        return calendar;
    }

    private void load(CalendarCheckpoint checkpoint) {
        position = checkpoint.position();
        for (CalendarCheckpoint.Hour hour : checkpoint.hours()) {
            CalendarHour loaded = CalendarHour.load(pages, hour.number(), hour.pages(), hour.count());
            hours.put(hour.number(), loaded);
            liveCount += loaded.liveCount();
        }
    }

    /** Position in the log from which on records are needed. */
    long position() {
        return position;
    }

    long liveCount() {
        return liveCount;
    }

    static long hourOf(long dueMs) {
        return Math.max(0, dueMs) / CalendarHour.LENGTH_MS;
    }

    static int msInHour(long dueMs) {
        return (int) (Math.max(0, dueMs) % CalendarHour.LENGTH_MS);
    }

    /**
     * Adds a message; gives its index in its hour, -1 if it is known already.
     *
     * @throws dev.millrace.store.DiskFullException if there is no space; nothing happened
     */
    long add(long dueMs, long recordPosition, int keyHash) {
        CalendarHour hour = hours.computeIfAbsent(hourOf(dueMs), number -> new CalendarHour(pages, number));
        long index = hour.add(recordPosition, msInHour(dueMs), keyHash);
        liveCount += index < 0 ? 0 : 1;
        return index;
    }

    /** Settles a message; false if it is not known or was settled before. */
    boolean settle(long dueMs, long recordPosition) {
        CalendarHour hour = hours.get(hourOf(dueMs));
        long index = hour == null ? -1 : hour.find(recordPosition);
        boolean isNew = hour != null && index >= 0 && hour.settle(index);
        liveCount -= isNew ? 1 : 0;
        return isNew;
    }

    /** Settles the entry of an hour. */
    void settle(CalendarHour hour, long index) {
        liveCount -= hour.settle(index) ? 1 : 0;
    }

    /** Claims a message if it waits. */
    void claim(long dueMs, long recordPosition) {
        CalendarHour hour = hours.get(hourOf(dueMs));
        long index = hour == null ? -1 : hour.find(recordPosition);
        if (hour != null && index >= 0 && hour.isWaiting(index)) {
            hour.claim(index);
        }
    }

    /** Takes the claim of a message back. */
    void unclaim(long dueMs, long recordPosition) {
        CalendarHour hour = hours.get(hourOf(dueMs));
        long index = hour == null ? -1 : hour.find(recordPosition);
        if (hour != null && index >= 0) {
            hour.unclaim(index);
        }
    }

    /** Whether a message is on its way to be settled. */
    boolean isClaimed(long dueMs, long recordPosition) {
        CalendarHour hour = hours.get(hourOf(dueMs));
        long index = hour == null ? -1 : hour.find(recordPosition);
        return hour != null && index >= 0 && !hour.isSettled(index) && !hour.isWaiting(index);
    }

    @Nullable
    CalendarHour hour(long number) {
        return hours.get(number);
    }

    /** All hours, the earliest first. */
    Collection<CalendarHour> hours() {
        return hours.values();
    }

    /** Position of the oldest record of a live message, the largest long without one. */
    long oldestPosition() {
        long oldest = Long.MAX_VALUE;
        for (CalendarHour hour : hours.values()) {
            if (hour.liveCount() > 0) {
                oldest = Math.min(oldest, hour.position(hour.firstLive()));
            }
        }
        return oldest;
    }

    /**
     * Drops hours before {@code nowMs} without live messages, and writes hours of mostly settled messages anew.
     *
     * @return whether indexes changed
     */
    boolean tidy(long nowMs) {
        long current = hourOf(nowMs);
        boolean isChanged = hours.values().removeIf(hour -> {
            boolean isOver = hour.number() < current && hour.liveCount() == 0;
            if (isOver) {
                hour.release();
            }
            return isOver;
        });
        for (CalendarHour hour : List.copyOf(hours.values())) {
            long settled = hour.count() - hour.liveCount();
            // Claims are not carried over, so an hour with some waits.
            if (settled > SETTLED_MIN_TO_SHRINK
                    && settled > hour.liveCount()
                    && hour.waitingCount() == hour.liveCount()) {
                isChanged |= shrink(hour);
            }
        }
        return isChanged;
    }

    /** False if there was no space for it: the hour stays as it is. */
    private boolean shrink(CalendarHour hour) {
        CalendarHour smaller = new CalendarHour(pages, hour.number());
        try {
            for (long i = hour.firstLive(); i < hour.count(); i++) {
                if (!hour.isSettled(i)) {
                    smaller.add(hour.position(i), hour.dueInHourMs(i), hour.keyHash(i));
                }
            }
        } catch (DiskFullException e) {
            smaller.release();
            return false;
        }
        hours.put(hour.number(), smaller);
        hour.release();
        return true;
    }

    /** What is to be saved: a checkpoint, and the pages that are free once it is written. */
    record Snapshot(CalendarCheckpoint checkpoint, List<Integer> leaving) {}

    /** A picture of the calendar in which every record before {@code reached} is. */
    Snapshot snapshot(long reached) {
        position = reached;
        List<CalendarCheckpoint.Hour> all = hours.values().stream()
                .filter(hour -> hour.count() > 0)
                .map(hour -> new CalendarCheckpoint.Hour(hour.number(), hour.count(), hour.usedPages()))
                .toList();
        return new Snapshot(new CalendarCheckpoint(reached, all), pages.takeLeaving());
    }

    /** Any thread: forces the pages, then the checkpoint. Blocks. */
    void write(Snapshot snapshot) {
        pages.force();
        snapshot.checkpoint.write(disk, folder);
    }

    /** After {@link #write}: frees the pages that nothing on the disk names any more. */
    void written(Snapshot snapshot) {
        pages.reuse(snapshot.leaving);
    }

    @Override
    public void close() {
        try {
            pages.close();
        } catch (StoreException e) {
            LOG.atWarn().setCause(e).log("the calendar was not closed; the next start does not need that");
        }
    }
}
