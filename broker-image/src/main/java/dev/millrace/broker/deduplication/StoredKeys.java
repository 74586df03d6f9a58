package dev.millrace.broker.deduplication;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fingerprints of stored messages with their positions in the log, the oldest forgotten first. A queue of chunks holds
 * 20 bytes a message in the order of the log; open hash tables, at most three quarters full, find them: 4 bytes a place.
 *
 * <p>No call takes long, however many messages there are: the queue grows by a chunk, a fingerprint belongs to one of many
 * tables that grow one by one, and a call forgets a bounded number.
 *
 * <p>Owner: the lock of {@link Window}. Store times are kept as the lower 32 bits of ms: all in the queue are younger than
 * {@code timeMs}, which is far below 2^31. {@code // hot path}
 */
final class StoredKeys {
    /** No such message. */
    static final long NONE = -1;

    /** Messages that one call forgets at most. */
    static final int FORGET_MAX = 1000;

    private static final int CHUNK_BITS = 10;
    private static final int CHUNK_COUNT = 1 << CHUNK_BITS;
    private static final int CHUNK_BYTES = CHUNK_COUNT * (2 * Long.BYTES + Integer.BYTES);
    private static final int CHUNKS_MIN = 4;
    private static final int TABLE_BITS = 10;
    private static final int TABLE_LENGTH_MIN = 8;
    /** Set in each taken place of a table, so that none is 0. */
    private static final int TAKEN = Integer.MIN_VALUE;

    private static final int[] NO_TABLE = new int[1];

    private static final class Chunk {
        private final long[] fingerprints = new long[CHUNK_COUNT];
        private final long[] positions = new long[CHUNK_COUNT];
        private final int[] times = new int[CHUNK_COUNT];
    }

    /** The chunk of a number, at the lower bits of number / {@link #CHUNK_COUNT}; its length is a power of two. */
    private @Nullable Chunk[] chunks = new @Nullable Chunk[CHUNKS_MIN];

    /** By the upper bits of the fingerprint; a place has the lower bits of a number, or 0. Linear probing. */
    private final int[][] tables = new int[1 << TABLE_BITS][];

    private final int[] tableCounts = new int[1 << TABLE_BITS];
    private int countMax;
    private long timeMs;
    /** Number of the oldest message; they are numbered in the order of the log. */
    private long head;

    private int count;
    private long lastTimeMs;
    private long placeCount;

    StoredKeys(int countMax, long timeMs) {
        this.countMax = countMax;
        this.timeMs = timeMs;
        Arrays.fill(tables, NO_TABLE);
    }

    int count() {
        return count;
    }

    /** Bytes of all arrays that grow. */
    long bytes() {
        long chunkCount = Arrays.stream(chunks).filter(chunk -> chunk != null).count();
        return chunkCount * CHUNK_BYTES + placeCount * Integer.BYTES;
    }

    /** Position of the oldest message, {@link #NONE} if there is none. */
    long oldestPosition() {
        return count == 0 ? NONE : chunk(head).positions[index(head)];
    }

    /** Other bounds; {@link #forget} forgets what does not fit them any more. */
    void limit(int newCountMax, long newTimeMs) {
        countMax = newCountMax;
        timeMs = newTimeMs;
    }

    /** Position of the message with this fingerprint, {@link #NONE} without one. */
    long find(long fingerprint) {
        int[] table = tables[tableOf(fingerprint)];
        int place = table[placeOf(table, fingerprint)];
        return place == 0 ? NONE : chunk(place).positions[index(place)];
    }

    /**
     * Adds a message of the log. One whose fingerprint is known already is a repetition, and the first one stays, unless
     * that is too old and only waits to be forgotten.
     *
     * @param storedMs store time; never falls from call to call
     */
    void add(long fingerprint, long position, long storedMs) {
        forget(storedMs);
        int[] table = tables[tableOf(fingerprint)];
        int place = table[placeOf(table, fingerprint)];
        boolean isRepeated = place != 0 && !isOld(place, storedMs);
        lastTimeMs = storedMs;
        if (!isRepeated) {
            append(fingerprint, position, storedMs);
        }
    }

    /** Adds a message that is no repetition: from now on it is the one that is found with its fingerprint. */
    void addFirst(long fingerprint, long position, long storedMs) {
        forget(storedMs);
        lastTimeMs = storedMs;
        append(fingerprint, position, storedMs);
    }

    private void append(long fingerprint, long position, long storedMs) {
        if (count >= countMax) {
            forgetOldest();
        }
        long number = head + count;
        Chunk chunk = chunkToAdd(number);
        int index = index(number);
        chunk.fingerprints[index] = fingerprint;
        chunk.positions[index] = position;
        chunk.times[index] = (int) storedMs;
        count++;
        link(fingerprint, place(number));
    }

    /**
     * Forgets what is older than the window at a time, or too many, up to {@link #FORGET_MAX} messages.
     *
     * @return whether there is more to forget
     */
    boolean forget(long nowMs) {
        if (nowMs - lastTimeMs > timeMs) {
            clear();
            return false;
        }
        int left = FORGET_MAX;
        while (isOver(nowMs) && left > 0) {
            forgetOldest();
            left--;
        }
        return isOver(nowMs);
    }

    private boolean isOver(long nowMs) {
        return count > countMax || count > 0 && isOld(head, nowMs);
    }

    /** @param number of a message, or its place */
    private boolean isOld(long number, long nowMs) {
        return (int) nowMs - chunk(number).times[index(number)] > timeMs;
    }

    private void clear() {
        if (count > 0) {
            Arrays.fill(tables, NO_TABLE);
            Arrays.fill(tableCounts, 0);
            chunks = new @Nullable Chunk[CHUNKS_MIN];
            placeCount = 0;
            count = 0;
        }
    }

    private static int index(long number) {
        return (int) number & CHUNK_COUNT - 1;
    }

    private static int place(long number) {
        return (int) number | TAKEN;
    }

    /** The chunk of a number, or of a place of a table: the lower bits say which. */
    private Chunk chunk(long number) {
        Chunk chunk = chunks[(int) number >>> CHUNK_BITS & chunks.length - 1];
        if (chunk == null) {
            throw new AssertionError("message " + number + " has no chunk; the oldest is " + head + " of " + count);
        }
        return chunk;
    }

    private Chunk chunkToAdd(long number) {
        long chunkNumber = number >>> CHUNK_BITS;
        if (chunkNumber - (head >>> CHUNK_BITS) == chunks.length) {
            @Nullable Chunk[] more = new @Nullable Chunk[2 * chunks.length];
            for (long each = head >>> CHUNK_BITS; each < chunkNumber; each++) {
                more[(int) each & more.length - 1] = chunks[(int) each & chunks.length - 1];
            }
            chunks = more;
        }
        int slot = (int) chunkNumber & chunks.length - 1;
        Chunk chunk = chunks[slot];
        if (chunk == null) {
            chunk = new Chunk();
            chunks[slot] = chunk;
        }
        return chunk;
    }

    private static int tableOf(long fingerprint) {
        return (int) (fingerprint >>> Long.SIZE - TABLE_BITS);
    }

    /** Where the fingerprint stands in its table, or the free place where it would. */
    private int placeOf(int[] table, long fingerprint) {
        int mask = table.length - 1;
        int at = (int) fingerprint & mask;
        while (table[at] != 0 && chunk(table[at]).fingerprints[index(table[at])] != fingerprint) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void link(long fingerprint, int place) {
        int which = tableOf(fingerprint);
        int at = placeOf(tables[which], fingerprint);
        if (tables[which][at] != 0) {
            tables[which][at] = place;
            return;
        }
        int newCount = ++tableCounts[which];
        int length = tables[which].length;
        if (newCount * 4 > length * 3) {
            resize(which, Math.max(TABLE_LENGTH_MIN, 2 * length));
        }
        int[] table = tables[which];
        table[placeOf(table, fingerprint)] = place;
    }

    private void resize(int which, int length) {
        int[] old = tables[which];
        int[] table = new int[length];
        int mask = length - 1;
        for (int place : old) {
            if (place != 0) {
                int at = (int) chunk(place).fingerprints[index(place)] & mask;
                while (table[at] != 0) {
                    at = at + 1 & mask;
                }
                table[at] = place;
            }
        }
        placeCount += length - (old == NO_TABLE ? 0 : old.length);
        tables[which] = table;
    }

    private void forgetOldest() {
        long fingerprint = chunk(head).fingerprints[index(head)];
        int which = tableOf(fingerprint);
        int[] table = tables[which];
        int at = placeOf(table, fingerprint);
        // Else a younger message has the place, and what is forgotten is not found already.
        if (table[at] == place(head)) {
            unlink(table, at);
            tableCounts[which]--;
            if (table.length > TABLE_LENGTH_MIN && tableCounts[which] * 8 < table.length) {
                resize(which, table.length / 2);
            }
        }
        if (index(head) == CHUNK_COUNT - 1) {
            chunks[(int) (head >>> CHUNK_BITS) & chunks.length - 1] = null;
        }
        head++;
        count--;
    }

    /** Frees a place of a table and moves up those behind it that stand there only because it was taken. */
    private void unlink(int[] table, int free) {
        int mask = table.length - 1;
        int hole = free;
        int at = hole;
        while (true) {
            at = at + 1 & mask;
            if (table[at] == 0) {
                table[hole] = 0;
                return;
            }
            int home = (int) chunk(table[at]).fingerprints[index(table[at])] & mask;
            if ((at - home & mask) >= (at - hole & mask)) {
                table[hole] = table[at];
                hole = at;
            }
        }
    }
}
