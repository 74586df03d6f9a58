package dev.millrace.store;

import dev.millrace.protocol.message.StoredMessageLayout;
import java.nio.ByteBuffer;

/**
 * One or more whole records to append as one unit. Made and reused by the caller; the store allocates nothing for it.
 *
 * <p>Owner: the caller until {@link MessageStore#append} returned true, then the store until {@link #completed} is
 * called.
 *
 * <p>The caller sets {@link #records}, {@link #queues}, {@link #count} and {@link #waitForDurable}; after completion it
 * may read {@link #queueOffsets}, {@link #positions}, {@link #sizes} and {@link #storeTimeMs}. All arrays hold at least
 * {@code count} elements.
 */
public abstract class AppendRequest {
    /**
     * Position to limit: {@code count} records in log layout, big endian, with queue offset, position and store time 0.
     * The store does not move its position and does not write to it.
     */
    public ByteBuffer records = NO_RECORDS;

    /** Queue of each record. */
    public QueueLog[] queues;

    public int count;

    /**
     * False: complete when appended, even if the store forces before it acknowledges. In a broker group every request waits
     * until it is committed.
     */
    public boolean waitForDurable = true;

    /** Set by the store: queue offset of each record. */
    public final long[] queueOffsets;

    /** Set by the store: position of each record in the log. */
    public final long[] positions;

    /** Set by the store: bytes of each record. */
    public final int[] sizes;

    /** Set by the store: store time of all records, ms since the epoch. */
    public long storeTimeMs;

    private static final ByteBuffer NO_RECORDS = ByteBuffer.allocate(0);

    /** For the flush thread: log position that must be durable before completion. */
    private long endPosition;

    /** @param countMax records that this request can carry */
    protected AppendRequest(int countMax) {
        queues = new QueueLog[countMax];
        queueOffsets = new long[countMax];
        positions = new long[countMax];
        sizes = new int[countMax];
    }

    /** Called once, on the commit-log or the flush thread; must not block. */
    protected abstract void completed(AppendOutcome outcome);

    /** For the store: hands the request back to its caller. */
    public final void complete(AppendOutcome outcome) {
        completed(outcome);
    }

    /** For the store: log position behind the last record. */
    public final long endPosition() {
        return endPosition;
    }

    public final void setEndPosition(long position) {
        endPosition = position;
    }

    /** For the store: measures the records, once, on the caller's thread. */
    public final void measure() {
        if (count < 1 || count > sizes.length || queues.length < count) {
            throw new StoreException("append request says count=" + count + ", it holds 1.." + sizes.length
                    + " records and " + queues.length + " queues; correct the caller");
        }
        int at = records.position();
        int end = records.limit();
        for (int i = 0; i < count; i++) {
            int left = end - at;
            int size = left < StoredMessageLayout.RECORD_BYTES_MIN ? -1 : StoredMessageLayout.totalSize(records, at);
            if (size < StoredMessageLayout.RECORD_BYTES_MIN
                    || size > left
                    || !StoredMessageLayout.isMessage(StoredMessageLayout.magic(records, at))) {
                throw new StoreException("append request: record " + i + " of " + count + " at byte " + at
                        + " is no whole record in " + left + " bytes; encode it in log layout, big endian");
            }
            checkText(i, at, size);
            sizes[i] = size;
            at += size;
        }
        if (at != end) {
            throw new StoreException("append request: " + (end - at) + " bytes follow record " + (count - 1)
                    + "; set the limit behind the last record");
        }
    }

    /** Recovery takes zeros in topic and properties, which no CRC covers, for a sector that was lost. */
    private void checkText(int index, int at, int size) {
        String fault = StoredMessageLayout.structuralFault(records, at, size);
        if (fault != null) {
            throw new StoreException("append request: record " + index + " at byte " + at + ": " + fault);
        }
        int topicAt = StoredMessageLayout.topicStart(records, at);
        int topicEnd = topicAt + StoredMessageLayout.topicLength(records, at);
        int zero = topicEnd == topicAt ? topicAt : findZero(topicAt, topicEnd);
        zero = zero < 0 ? findZero(topicEnd + Short.BYTES, at + size) : zero;
        if (zero >= 0) {
            throw new StoreException("append request: record " + index + " of topic length " + (topicEnd - topicAt)
                    + " has an empty topic or a zero byte in topic or properties at byte " + (zero - at)
                    + "; refuse such messages");
        }
    }

    /** Index of the first zero byte, -1 without one; looks at eight at a time. */
    private int findZero(int from, int end) {
        int at = from;
        while (at + Long.BYTES <= end && !hasZeroByte(records.getLong(at))) {
            at += Long.BYTES;
        }
        while (at < end && records.get(at) != 0) {
            at++;
        }
        return at < end ? at : -1;
    }

    private static boolean hasZeroByte(long word) {
        return ((word - 0x0101010101010101L) & ~word & 0x8080808080808080L) != 0;
    }
}
