package dev.millrace.broker.deduplication;

import java.util.Arrays;

/**
 * The fingerprints of stored messages with their positions in the log, the oldest forgotten first. A ring of three arrays
 * holds 20 bytes a message in the order of the log; an open hash table of ring slots, at most three quarters full, finds
 * them: 8 bytes a message. Both grow by doubling up to {@code countMax}.
 *
 * <p>Owner: the lock of {@link Window}. Store times are kept as the lower 32 bits of ms: all in the ring are younger than
 * {@code timeMs}, which is far below 2^31. {@code // hot path}
 */
final class StoredKeys {
    /** No such message. */
    static final long NONE = -1;

    private static final int CAPACITY_MIN = 1024;

    private long[] fingerprints;
    private long[] positions;
    private int[] times;
    /** Ring slot + 1, 0 if free; linear probing from the lower bits of the fingerprint. */
    private int[] table;

    private int countMax;
    private long timeMs;
    private int head;
    private int count;
    private long lastTimeMs;

    StoredKeys(int countMax, long timeMs) {
        this.countMax = countMax;
        this.timeMs = timeMs;
        int capacity = Math.min(CAPACITY_MIN, countMax);
        fingerprints = new long[capacity];
        positions = new long[capacity];
        times = new int[capacity];
        table = new int[tableLength(capacity)];
    }

    private static int tableLength(int capacity) {
        return Integer.highestOneBit(Math.max(1, capacity + capacity / 3)) << 1;
    }

    int count() {
        return count;
    }

    /** Bytes of all arrays. */
    long bytes() {
        return fingerprints.length * (2L * Long.BYTES + Integer.BYTES) + (long) table.length * Integer.BYTES;
    }

    /** Position of the oldest message, {@link #NONE} if there is none. */
    long oldestPosition() {
        return count == 0 ? NONE : positions[head];
    }

    /** Other bounds; what does not fit them any more is forgotten. */
    void limit(int newCountMax, long newTimeMs) {
        countMax = newCountMax;
        timeMs = newTimeMs;
        while (count > countMax) {
            forgetOldest();
        }
        resize(Math.max(Math.min(CAPACITY_MIN, countMax), Math.min(fingerprints.length, countMax)));
    }

    /** Position of the message with this fingerprint, {@link #NONE} without one. */
    long find(long fingerprint) {
        int at = indexOf(fingerprint);
        return at < 0 ? NONE : positions[table[at] - 1];
    }

    /**
     * Adds a message of the log. One whose fingerprint is known already is a repetition, and the first one stays.
     *
     * @param storedMs store time; never falls from call to call
     */
    void add(long fingerprint, long position, long storedMs) {
        forgetOlder(storedMs);
        lastTimeMs = storedMs;
        if (indexOf(fingerprint) >= 0) {
            return;
        }
        if (count == fingerprints.length && count < countMax) {
            resize((int) Math.min(countMax, 2L * count));
        }
        if (count == fingerprints.length) {
            forgetOldest();
        }
        int slot = slot(count);
        fingerprints[slot] = fingerprint;
        positions[slot] = position;
        times[slot] = (int) storedMs;
        count++;
        link(slot);
    }

    /** Forgets what is older than the window at a time. */
    void forgetOlder(long nowMs) {
        if (nowMs - lastTimeMs > timeMs) {
            clear();
            return;
        }
        while (count > 0 && (int) nowMs - times[head] > timeMs) {
            forgetOldest();
        }
    }

    private void clear() {
        if (count > 0) {
            Arrays.fill(table, 0);
            count = 0;
            head = 0;
        }
    }

    private int slot(int index) {
        int slot = head + index;
        return slot >= fingerprints.length ? slot - fingerprints.length : slot;
    }

    private int indexOf(long fingerprint) {
        int mask = table.length - 1;
        int at = (int) fingerprint & mask;
        while (table[at] != 0) {
            if (fingerprints[table[at] - 1] == fingerprint) {
                return at;
            }
            at = at + 1 & mask;
        }
        return -1;
    }

    private void link(int slot) {
        int mask = table.length - 1;
        int at = (int) fingerprints[slot] & mask;
        while (table[at] != 0) {
            at = at + 1 & mask;
        }
        table[at] = slot + 1;
    }

    private void forgetOldest() {
        unlink(indexOf(fingerprints[head]));
        head = slot(1);
        count--;
    }

    /** Frees a place of the table and moves up those behind it that stand there only because it was taken. */
    private void unlink(int free) {
        int mask = table.length - 1;
        int hole = free;
        int at = hole;
        while (true) {
            at = at + 1 & mask;
            if (table[at] == 0) {
                table[hole] = 0;
                return;
            }
            int home = (int) fingerprints[table[at] - 1] & mask;
            if ((at - home & mask) >= (at - hole & mask)) {
                table[hole] = table[at];
                hole = at;
            }
        }
    }

    private void resize(int capacity) {
        if (capacity == fingerprints.length) {
            return;
        }
        long[] newFingerprints = new long[capacity];
        long[] newPositions = new long[capacity];
        int[] newTimes = new int[capacity];
        for (int i = 0; i < count; i++) {
            int from = slot(i);
            newFingerprints[i] = fingerprints[from];
            newPositions[i] = positions[from];
            newTimes[i] = times[from];
        }
        fingerprints = newFingerprints;
        positions = newPositions;
        times = newTimes;
        head = 0;
        table = new int[tableLength(capacity)];
        for (int i = 0; i < count; i++) {
            link(i);
        }
    }
}
