package dev.millrace.store.commitlog;

import dev.millrace.protocol.message.StoredMessageLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Records of another copy's log: checks them all, then copies them.
 *
 * <p>Owner: commit-log thread; the answers are those of the last {@link #check}.
 */
final class CopiedRecords {
    private final RecordCheck recordCheck = new RecordCheck(false);
    private ByteBuffer source = ByteBuffer.allocate(0);
    private long start;
    private int count;
    private int wholeBytes;
    private long lastRecord;
    private long storeTimeMs;

    /**
     * Looks at every record.
     *
     * @param records position to limit
     * @param position where they begin in the log
     * @param room bytes left in the segment
     * @return what is wrong and where, null if they are whole records that fit
     */
    @Nullable
    String check(ByteBuffer records, long position, int room) {
        source = records.slice();
        start = position;
        count = 0;
        wholeBytes = 0;
        lastRecord = -1;
        storeTimeMs = 0;
        int bytes = source.capacity();
        if (bytes > room) {
            return bytes + " bytes for position " + position + " cross the end of the segment, which has " + room
                    + " bytes left";
        }
        int at = 0;
        while (at < bytes) {
            if (isBlank(at, room)) {
                return null;
            }
            String fault = checkRecord(at, room);
            if (fault != null) {
                return "no whole record for position " + (start + at) + ", byte " + at + " of " + bytes + ": " + fault;
            }
            at = wholeBytes;
        }
        return null;
    }

    int bytes() {
        return source.capacity();
    }

    int count() {
        return count;
    }

    /** Position of the last record, -1 if there is only a blank one. */
    long lastRecord() {
        return lastRecord;
    }

    /** Store time of the last record, ms since the epoch. */
    long storeTimeMs() {
        return storeTimeMs;
    }

    /** Whether a blank record ends the segment. */
    boolean fillsSegment() {
        return wholeBytes < source.capacity();
    }

    /** Copies the records to a byte of the segment. */
    void copyTo(ByteBuffer target, int at) {
        int from = 0;
        while (from < wholeBytes) {
            int size = StoredMessageLayout.totalSize(source, from);
            copyRecord(target, at + from, from, size);
            from += size;
        }
        if (fillsSegment()) {
            int rest = source.capacity() - from - StoredMessageLayout.BLANK_LENGTH;
            target.put(
                    at + from + StoredMessageLayout.BLANK_LENGTH,
                    source,
                    from + StoredMessageLayout.BLANK_LENGTH,
                    rest);
            VarHandle.releaseFence();
            target.putLong(at + from, source.getLong(from));
        }
    }

    /** Store time and position last, as an append: they make the record count if the process is killed. */
    private void copyRecord(ByteBuffer target, int at, int from, int size) {
        int positionAt = StoredMessageLayout.POSITION_OFFSET;
        int timeAt = StoredMessageLayout.storeTimeOffset(StoredMessageLayout.systemFlag(source, from));
        target.put(at, source, from, positionAt);
        copyPart(target, at, from, positionAt + Long.BYTES, timeAt);
        copyPart(target, at, from, timeAt + Long.BYTES, size);
        VarHandle.releaseFence();
        target.putLong(at + timeAt, source.getLong(from + timeAt));
        VarHandle.releaseFence();
        target.putLong(at + positionAt, source.getLong(from + positionAt));
    }

    private void copyPart(ByteBuffer target, int at, int from, int partStart, int partEnd) {
        target.put(at + partStart, source, from + partStart, partEnd - partStart);
    }

    /** A blank record is the last one and reaches the end of the segment. */
    private boolean isBlank(int at, int room) {
        int left = source.capacity() - at;
        return left == room - at
                && left >= StoredMessageLayout.BLANK_LENGTH
                && StoredMessageLayout.totalSize(source, at) == left
                && StoredMessageLayout.magic(source, at) == StoredMessageLayout.MAGIC_BLANK;
    }

    private @Nullable String checkRecord(int at, int room) {
        String fault = recordCheck.fault(source, at, start + at);
        if (fault != null) {
            return fault;
        }
        int end = at + StoredMessageLayout.totalSize(source, at);
        if (end + StoredMessageLayout.BLANK_LENGTH > room) {
            return "it ends " + (room - end) + " bytes before the end of the segment, "
                    + StoredMessageLayout.BLANK_LENGTH + " must stay free";
        }
        count++;
        wholeBytes = end;
        lastRecord = start + at;
        storeTimeMs = StoredMessageLayout.storeTimeMs(source, at);
        return null;
    }
}
