package dev.millrace.store.index;

import dev.millrace.store.file.LazyFile;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One hash file: slots that lead to chains of entries, newest first.
 *
 * <pre>
 * offset  length  field, big endian
 * 0       8       store time of the first entry's record, ms since the epoch
 * 8       8       store time of the last one
 * 16      8       log position of the first entry's record
 * 24      8       log position of the last one
 * 32      4       used slots
 * 36      4       number of the next entry; the first is 1, entry 0 does not exist
 * 40      4 * s   slots: number of the newest entry, 0 if empty
 * ..      20 * n  entries:
 *   0     4       key hash: |hash of topic#key|, 0 for Integer.MIN_VALUE
 *   4     8       log position
 *   12    4       seconds from the file's first store time, 0 or more
 *   16    4       number of the previous entry of the slot, 0 if none
 * </pre>
 *
 * No checksum. Source: docs/storage-format.md, section "IndexFile".
 *
 * <p>Owner: dispatch thread; other threads read. Crash behaviour: an entry is reachable once its slot points to it,
 * which is written after the entry and the count; recovery removes files that may not be durable and writes them again.
 */
// hot path
public final class IndexFile {
    private static final int BEGIN_TIME_OFFSET = 0;
    private static final int END_TIME_OFFSET = 8;
    private static final int BEGIN_POSITION_OFFSET = 16;
    private static final int END_POSITION_OFFSET = 24;
    private static final int SLOTS_USED_OFFSET = 32;
    private static final int NEXT_ENTRY_OFFSET = 36;
    private static final int HEADER_BYTES = 40;
    private static final int SLOT_BYTES = 4;
    private static final int ENTRY_BYTES = 20;

    private final LazyFile file;
    private final Sizes sizes;
    private volatile long beginTimeMs;
    private volatile long endTimeMs;
    private volatile long beginPosition;
    private volatile long endPosition;
    private volatile int nextEntry = 1;
    private int slotsUsed;

    /** Numbers of slots and of entries (entry 0 included, which is not used). */
    public record Sizes(int slots, int entries) {
        /** RocketMQ's. */
        public static final Sizes DEFAULT = new Sizes(5_000_000, 20_000_000);

        public int fileBytes() {
            return HEADER_BYTES + slots * SLOT_BYTES + entries * ENTRY_BYTES;
        }
    }

    IndexFile(LazyFile file, Sizes sizes) {
        this.file = file;
        this.sizes = sizes;
    }

    LazyFile file() {
        return file;
    }

    /** A new file goes on where the one before ended. */
    void inherit(IndexFile previous) {
        endTimeMs = previous.endTimeMs;
        endPosition = previous.endPosition;
    }

    /** Reads the header of an existing file. */
    void load() {
        ByteBuffer bytes = file.acquire();
        if (bytes == null) {
            return;
        }
        try {
            beginTimeMs = bytes.getLong(BEGIN_TIME_OFFSET);
            endTimeMs = bytes.getLong(END_TIME_OFFSET);
            beginPosition = bytes.getLong(BEGIN_POSITION_OFFSET);
            endPosition = bytes.getLong(END_POSITION_OFFSET);
            slotsUsed = bytes.getInt(SLOTS_USED_OFFSET);
            nextEntry = Math.clamp(bytes.getInt(NEXT_ENTRY_OFFSET), 1, sizes.entries);
        } finally {
            file.release();
        }
    }

    boolean isFull() {
        return nextEntry >= sizes.entries;
    }

    boolean isEmpty() {
        return nextEntry <= 1;
    }

    long beginPosition() {
        return beginPosition;
    }

    long endPosition() {
        return endPosition;
    }

    long endTimeMs() {
        return endTimeMs;
    }

    /** What is written for a hash code. */
    static int keyHash(int hashCode) {
        return hashCode == Integer.MIN_VALUE ? 0 : Math.abs(hashCode);
    }

    /**
     * Adds an entry; the file must not be full.
     *
     * @throws dev.millrace.store.DiskFullException if there is no space for it; nothing changed
     */
    void put(ByteBuffer bytes, int hashCode, long position, long timeMs) {
        int keyHash = keyHash(hashCode);
        int slotAt = HEADER_BYTES + keyHash % sizes.slots * SLOT_BYTES;
        int number = nextEntry;
        int at = entryAt(number);
        file.reserve(0, HEADER_BYTES);
        file.reserve(slotAt, SLOT_BYTES);
        file.reserve(at, ENTRY_BYTES);
        int previous = bytes.getInt(slotAt);
        boolean isNewSlot = previous <= 0 || previous >= number;
        if (number == 1) {
            beginTimeMs = timeMs;
            beginPosition = position;
            bytes.putLong(BEGIN_TIME_OFFSET, timeMs);
            bytes.putLong(BEGIN_POSITION_OFFSET, position);
        }
        bytes.putInt(at, keyHash);
        bytes.putLong(at + 4, position);
        bytes.putInt(at + 12, secondsSinceBegin(timeMs));
        bytes.putInt(at + 16, isNewSlot ? 0 : previous);
        bytes.putInt(NEXT_ENTRY_OFFSET, number + 1);
        // An entry is whole and counted before its slot leads to it.
        VarHandle.releaseFence();
        bytes.putInt(slotAt, number);
        if (isNewSlot) {
            slotsUsed++;
            bytes.putInt(SLOTS_USED_OFFSET, slotsUsed);
        }
        nextEntry = number + 1;
    }

    /** After the entries of a record. */
    void end(ByteBuffer bytes, long position, long timeMs) {
        bytes.putLong(END_TIME_OFFSET, timeMs);
        bytes.putLong(END_POSITION_OFFSET, position);
        endTimeMs = timeMs;
        endPosition = position;
    }

    boolean overlaps(long fromMs, long toMs) {
        return !isEmpty() && beginTimeMs <= toMs && endTimeMs >= fromMs;
    }

    /** Any thread: adds positions of a hash code in the time range to {@code found}, newest first. */
    void find(int hashCode, long fromMs, long toMs, int countMax, List<Long> found) {
        ByteBuffer bytes = file.acquire();
        if (bytes == null) {
            return;
        }
        try {
            int keyHash = keyHash(hashCode);
            int count = nextEntry;
            int number = bytes.getInt(HEADER_BYTES + keyHash % sizes.slots * SLOT_BYTES);
            VarHandle.acquireFence();
            // A chain only leads to smaller numbers; anything else ends it.
            int before = Math.max(count, nextEntry);
            while (number > 0 && number < before && found.size() < countMax) {
                int at = entryAt(number);
                long position = bytes.getLong(at + 4);
                long timeMs = beginTimeMs + bytes.getInt(at + 12) * 1000L;
                boolean isMatch = bytes.getInt(at) == keyHash && timeMs + 999 >= fromMs && timeMs <= toMs;
                if (isMatch && !found.contains(position)) {
                    found.add(position);
                }
                if (timeMs + 999 < fromMs) {
                    return;
                }
                before = number;
                number = bytes.getInt(at + 16);
            }
        } finally {
            file.release();
        }
    }

    /** Upkeep thread: forces everything written. */
    void force() {
        if (isEmpty()) {
            return;
        }
        file.force(0, HEADER_BYTES + sizes.slots * SLOT_BYTES + nextEntry * ENTRY_BYTES);
    }

    private int secondsSinceBegin(long timeMs) {
        return Math.clamp((timeMs - beginTimeMs) / 1000, 0, Integer.MAX_VALUE);
    }

    private int entryAt(int number) {
        return HEADER_BYTES + sizes.slots * SLOT_BYTES + number * ENTRY_BYTES;
    }
}
