package dev.millrace.store.commitlog;

import dev.millrace.protocol.message.StoredMessageLayout;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Says whether bytes are a whole record: sizes agree, the record names its own position, the body fits its CRC, and no
 * sector of topic and properties, which no CRC covers, is lost.
 *
 * <p>Owner: one thread; it keeps a CRC.
 */
public final class RecordCheck {
    /** What a disk writes in one piece. */
    private static final int SECTOR_BYTES = 512;

    private final boolean looksForLostSectors;
    private final CRC32 crc = new CRC32();
    private byte[] scratch = new byte[1 << 14];

    /** @param looksForLostSectors after a crash: appends let no zero byte into topic and properties */
    public RecordCheck(boolean looksForLostSectors) {
        this.looksForLostSectors = looksForLostSectors;
    }

    /** Why the bytes at {@code at} are no whole record of this position, null if they are one. */
    public @Nullable String fault(ByteBuffer buffer, int at, long position) {
        String fault = StoredMessageLayout.structuralFault(buffer, at, buffer.capacity() - at);
        if (fault != null) {
            return fault;
        }
        long named = StoredMessageLayout.position(buffer, at);
        if (named != position) {
            return "it names position " + named;
        }
        // Written before the position; at position 0 it is what tells a whole record from a torn one.
        if (StoredMessageLayout.storeTimeMs(buffer, at) == 0) {
            return "it has no store time";
        }
        if (StoredMessageLayout.topicLength(buffer, at) == 0) {
            return "its topic is empty";
        }
        int bodyStart = StoredMessageLayout.bodyStart(buffer, at);
        int bodyLength = StoredMessageLayout.bodyLength(buffer, at);
        if (crcOf(buffer, bodyStart, bodyLength) != StoredMessageLayout.bodyCrc(buffer, at)) {
            return "its body does not fit its CRC";
        }
        // Without properties the record ends in a length of 0, which is no lost sector.
        int end = at + StoredMessageLayout.totalSize(buffer, at);
        end -= StoredMessageLayout.propertiesLength(buffer, at) == 0 ? Short.BYTES : 0;
        return looksForLostSectors && hasLostSector(buffer, StoredMessageLayout.topicStart(buffer, at), end)
                ? "a sector of its topic or properties is empty"
                : null;
    }

    private int crcOf(ByteBuffer buffer, int start, int length) {
        crc.reset();
        int done = 0;
        while (done < length) {
            int piece = Math.min(scratch.length, length - done);
            buffer.get(start + done, scratch, 0, piece);
            crc.update(scratch, 0, piece);
            done += piece;
        }
        return (int) crc.getValue() & 0x7FFFFFFF;
    }

    /** Whether a sector's part of the range is all zeros; text has none. */
    private boolean hasLostSector(ByteBuffer buffer, int start, int end) {
        int length = end - start;
        if (length > scratch.length) {
            scratch = new byte[length];
        }
        buffer.get(start, scratch, 0, length);
        int at = 0;
        while (at < length) {
            int sectorEnd = Math.min(length, at + SECTOR_BYTES - (start + at) % SECTOR_BYTES);
            if (isZero(at, sectorEnd)) {
                return true;
            }
            at = sectorEnd;
        }
        return false;
    }

    private boolean isZero(int from, int to) {
        for (int i = from; i < to; i++) {
            if (scratch[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
