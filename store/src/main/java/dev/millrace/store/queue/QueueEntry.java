package dev.millrace.store.queue;

import java.nio.ByteBuffer;

/**
 * Layout of one entry of a consume queue.
 *
 * <pre>
 * offset  length  field
 * 0       8       position of the record in the commit log, bytes
 * 8       4       size of the record, bytes; 0 ends a queue that is scanned; 0x7FFFFFFF marks a filler
 * 12      8       tag hash, or for SCHEDULE_TOPIC_XXXX the time of delivery in ms since the epoch
 * </pre>
 *
 * Big endian, no checksum: an entry is derived from its record and is checked against it. A filler (position 0, size
 * 0x7FFFFFFF, tag hash 0) stands before the first real entry of a queue that does not start at 0. Source:
 * docs/storage-format.md, section "ConsumeQueue".
 */
public final class QueueEntry {
    public static final int BYTES = 20;
    /** Entries of one file. */
    public static final int PER_FILE = 300_000;

    public static final int FILE_BYTES = BYTES * PER_FILE;
    public static final int FILLER_SIZE = 0x7FFFFFFF;

    private static final int POSITION_OFFSET = 0;
    private static final int SIZE_OFFSET = 8;
    private static final int TAG_HASH_OFFSET = 12;

    private QueueEntry() {}

    static long position(ByteBuffer file, int at) {
        return file.getLong(at + POSITION_OFFSET);
    }

    static int size(ByteBuffer file, int at) {
        return file.getInt(at + SIZE_OFFSET);
    }

    static long tagHash(ByteBuffer file, int at) {
        return file.getLong(at + TAG_HASH_OFFSET);
    }

    static void put(ByteBuffer file, int at, long position, int size, long tagHash) {
        file.putLong(at + POSITION_OFFSET, position);
        file.putInt(at + SIZE_OFFSET, size);
        file.putLong(at + TAG_HASH_OFFSET, tagHash);
    }

    static int byteInFile(long offset) {
        return (int) (offset % PER_FILE) * BYTES;
    }
}
