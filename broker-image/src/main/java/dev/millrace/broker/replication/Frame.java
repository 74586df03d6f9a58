package dev.millrace.broker.replication;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a connection between copies carries after the greeting, big-endian:
 *
 * <pre>
 * offset  bytes
 * 0       4      length of the content
 * 4       4      CRC-32C of type and content
 * 8       1      type: 1 message, 2 log, 3 log removed
 * 9              content: of 1 see PeerCodec; of 2 session, epoch, position, epoch in which the records were written
 *                (8 each), and whole records of that one epoch;
 *                of 3 session, epoch, first position of the master's log (8 each) and the history of its epochs
 * </pre>
 */
final class Frame {
    static final int HEAD_BYTES = 9;
    static final int LOG_HEAD_BYTES = 32;
    static final int REMOVED_HEAD_BYTES = 24;

    /** A chunk holds one record at least, of any size that the store takes. */
    static final int CONTENT_BYTES_MAX = 64 * 1024 * 1024;

    static final byte MESSAGE = 1;
    static final byte LOG = 2;
    static final byte REMOVED = 3;

    private Frame() {}

    static ByteBuffer message(byte[] content) {
        ByteBuffer frame = ByteBuffer.allocate(HEAD_BYTES + content.length);
        frame.position(HEAD_BYTES);
        frame.put(content).flip();
        return seal(frame, MESSAGE, null);
    }

    static ByteBuffer removed(long session, long epoch, long minPosition, byte[] history) {
        ByteBuffer frame = ByteBuffer.allocate(HEAD_BYTES + REMOVED_HEAD_BYTES + history.length);
        frame.position(HEAD_BYTES);
        frame.putLong(session).putLong(epoch).putLong(minPosition).put(history).flip();
        return seal(frame, REMOVED, null);
    }

    /** The part before the records, which follow as they stand in the log. */
    static ByteBuffer logHead(long session, long epoch, long position, long writtenIn, ByteBuffer records) {
        ByteBuffer frame = ByteBuffer.allocate(HEAD_BYTES + LOG_HEAD_BYTES);
        frame.position(HEAD_BYTES);
        frame.putLong(session)
                .putLong(epoch)
                .putLong(position)
                .putLong(writtenIn)
                .flip();
        return seal(frame, LOG, records);
    }

    private static ByteBuffer seal(ByteBuffer frame, byte type, @Nullable ByteBuffer rest) {
        frame.putInt(0, frame.limit() - HEAD_BYTES + (rest == null ? 0 : rest.remaining()));
        frame.put(8, type);
        CRC32C crc = new CRC32C();
        crc.update(frame.slice(8, frame.limit() - 8));
        if (rest != null) {
            crc.update(rest.duplicate());
        }
        frame.putInt(4, (int) crc.getValue());
        return frame;
    }

    /**
     * Length of the content that a head announces.
     *
     * @throws IOException if it can't be
     */
    static int contentBytes(ByteBuffer head) throws IOException {
        int length = head.getInt(0);
        if (length < 0 || length > CONTENT_BYTES_MAX) {
            throw new IOException("a frame of " + length + " bytes is outside 0.." + CONTENT_BYTES_MAX);
        }
        return length;
    }

    /** @throws IOException if head and content do not belong together */
    static void check(ByteBuffer head, ByteBuffer content) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(head.slice(8, 1));
        crc.update(content.duplicate());
        if (head.getInt(4) != (int) crc.getValue()) {
            throw new IOException("a frame of " + content.remaining() + " bytes came with a wrong checksum");
        }
    }
}
