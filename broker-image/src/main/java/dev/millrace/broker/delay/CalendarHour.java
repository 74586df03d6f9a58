package dev.millrace.broker.delay;

import java.util.Arrays;

/**
 * The messages that are due within one hour: entries in the order of their positions. An entry is live until it is
 * settled; a claimed one is on its way to be settled.
 *
 * <p>Owner: that of the calendar.
 */
final class CalendarHour {
    static final long LENGTH_MS = 3_600_000;

    private static final long SETTLED = 1L << 63;
    private static final long CLAIMED = 1L << 62;
    private static final long POSITION = CLAIMED - 1;

    private final CalendarPages pages;
    private final long number;
    private int[] pageOf;
    private long count;
    private long settledCount;
    private long claimedCount;
    /** All entries before it are settled. */
    private long firstLive;

    /** @param number due time in hours since the epoch */
    CalendarHour(CalendarPages pages, long number) {
        this(pages, number, new int[1], 0);
    }

    /** An hour that a checkpoint names: looks at its entries, and drops the claims of the process before. */
    static CalendarHour load(CalendarPages pages, long number, int[] pageOf, long count) {
        CalendarHour hour = new CalendarHour(pages, number, pageOf, count);
        for (long i = 0; i < count; i++) {
            long mark = hour.mark(i);
            if ((mark & SETTLED) != 0) {
                hour.settledCount++;
            } else if ((mark & CLAIMED) != 0) {
                hour.setMark(i, mark & POSITION);
            }
        }
        hour.moveFirstLive();
        return hour;
    }

    private CalendarHour(CalendarPages pages, long number, int[] pageOf, long count) {
        this.pages = pages;
        this.number = number;
        this.pageOf = pageOf;
        this.count = count;
    }

    long number() {
        return number;
    }

    long count() {
        return count;
    }

    long liveCount() {
        return count - settledCount;
    }

    /** Live entries that nobody claimed. */
    long waitingCount() {
        return count - settledCount - claimedCount;
    }

    long firstLive() {
        return firstLive;
    }

    /** The pages in use, in their order. */
    int[] usedPages() {
        return Arrays.copyOf(pageOf, Math.toIntExact(pageCount()));
    }

    private long pageCount() {
        return (count + CalendarPages.ENTRIES_PER_PAGE - 1) / CalendarPages.ENTRIES_PER_PAGE;
    }

    private int page(long index) {
        return pageOf[(int) (index / CalendarPages.ENTRIES_PER_PAGE)];
    }

    private static int slot(long index) {
        return (int) (index % CalendarPages.ENTRIES_PER_PAGE);
    }

    private long mark(long index) {
        return pages.mark(page(index), slot(index));
    }

    private void setMark(long index, long mark) {
        pages.setMark(page(index), slot(index), mark);
    }

    /** Adds an entry; gives its index, or -1 if it is known already. */
    long add(long position, int dueInHourMs, int keyHash) {
        if (count > 0 && position(count - 1) >= position) {
            return -1;
        }
        if (slot(count) == 0) {
            int page = pages.allocate();
            int at = (int) (count / CalendarPages.ENTRIES_PER_PAGE);
            if (at == pageOf.length) {
                pageOf = Arrays.copyOf(pageOf, 2 * at);
            }
            pageOf[at] = page;
        }
        pages.put(page(count), slot(count), position, dueInHourMs, keyHash);
        return count++;
    }

    long position(long index) {
        return mark(index) & POSITION;
    }

    boolean isWaiting(long index) {
        return (mark(index) & (SETTLED | CLAIMED)) == 0;
    }

    boolean isSettled(long index) {
        return (mark(index) & SETTLED) != 0;
    }

    int dueInHourMs(long index) {
        return pages.dueInHourMs(page(index), slot(index));
    }

    long dueMs(long index) {
        return number * LENGTH_MS + dueInHourMs(index);
    }

    int keyHash(long index) {
        return pages.keyHash(page(index), slot(index));
    }

    /** Index of the entry with this position, -1 if there is none. */
    long find(long position) {
        long low = 0;
        long high = count - 1;
        while (low <= high) {
            long middle = low + high >>> 1;
            long found = position(middle);
            if (found == position) {
                return middle;
            }
            if (found < position) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    void claim(long index) {
        setMark(index, mark(index) | CLAIMED);
        claimedCount++;
    }

    /** Takes a claim back. */
    void unclaim(long index) {
        if ((mark(index) & (SETTLED | CLAIMED)) == CLAIMED) {
            setMark(index, mark(index) & POSITION);
            claimedCount--;
        }
    }

    /** Settles an entry for good; false if it was. */
    boolean settle(long index) {
        long mark = mark(index);
        if ((mark & SETTLED) != 0) {
            return false;
        }
        claimedCount -= (mark & CLAIMED) != 0 ? 1 : 0;
        settledCount++;
        setMark(index, mark & POSITION | SETTLED);
        moveFirstLive();
        return true;
    }

    private void moveFirstLive() {
        while (firstLive < count && isSettled(firstLive)) {
            firstLive++;
        }
    }

    /** Gives all pages back; the hour is not used any more. */
    void release() {
        for (int page : usedPages()) {
            pages.release(page);
        }
    }
}
