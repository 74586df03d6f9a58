package dev.millrace.protocol.message;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Writes records in the layout of {@link StoredMessageLayout}, without position, queue offset and store time: the log
 * fills those in.
 *
 * <p>Owner: one thread; it keeps a CRC. {@code // hot path}: allocates nothing.
 */
public final class StoredMessageEncoder {
    private final CRC32 crc = new CRC32();

    /** The parts of a record that its sender decides. Hosts are the bytes of the address and 4 bytes of the port. */
    public record Head(
            int queueId,
            int flag,
            int systemFlag,
            long bornTimeMs,
            byte[] bornHost,
            byte[] storeHost,
            int timesConsumed,
            long preparedPosition) {}

    /**
     * Writes one record at the buffer's position and moves it behind the record.
     *
     * @param target big endian, with room for {@link StoredMessageLayout#recordBytes}
     * @param body read from its position to its limit; its position does not move
     * @param topic UTF-8, at most 32,767 bytes
     * @param properties the block of {@link MessageProperties}, read like the body, at most 32,767 bytes
     */
    public void encode(ByteBuffer target, Head head, ByteBuffer body, byte[] topic, ByteBuffer properties) {
        int start = target.position();
        boolean isLongTopic = topic.length > StoredMessageLayout.TOPIC_LENGTH_MAX_V1;
        int systemFlag = hostFlags(head);
        int total = StoredMessageLayout.recordBytes(systemFlag, body.remaining(), topic.length, properties.remaining());
        target.putInt(total);
        target.putInt(isLongTopic ? StoredMessageLayout.MAGIC_V2 : StoredMessageLayout.MAGIC_V1);
        target.putInt(0).putInt(head.queueId).putInt(head.flag);
        target.putLong(0).putLong(0).putInt(systemFlag).putLong(head.bornTimeMs).put(head.bornHost);
        target.putLong(0).put(head.storeHost).putInt(head.timesConsumed).putLong(head.preparedPosition);
        target.putInt(body.remaining());
        int bodyStart = target.position();
        putUnmoved(target, body);
        target.putInt(start + StoredMessageLayout.BODY_CRC_OFFSET, crcOf(target, bodyStart, target.position()));
        if (isLongTopic) {
            target.putShort((short) topic.length);
        } else {
            target.put((byte) topic.length);
        }
        target.put(topic).putShort((short) properties.remaining());
        putUnmoved(target, properties);
        if (target.position() - start != total) {
            throw new AssertionError("wrote " + (target.position() - start) + " bytes of a record of " + total);
        }
    }

    /** CRC-32 of the bytes from {@code start} to {@code end}, sign bit cleared. */
    public int crcOf(ByteBuffer buffer, int start, int end) {
        int position = buffer.position();
        int limit = buffer.limit();
        buffer.limit(end).position(start);
        crc.reset();
        crc.update(buffer);
        buffer.limit(limit).position(position);
        return (int) crc.getValue() & 0x7FFFFFFF;
    }

    private static int hostFlags(Head head) {
        int flags = head.systemFlag & ~(SystemFlags.BORN_HOST_IPV6 | SystemFlags.STORE_HOST_IPV6);
        flags |= head.bornHost.length == StoredMessageLayout.HOST_IPV6_LENGTH ? SystemFlags.BORN_HOST_IPV6 : 0;
        return flags
                | (head.storeHost.length == StoredMessageLayout.HOST_IPV6_LENGTH ? SystemFlags.STORE_HOST_IPV6 : 0);
    }

    private static void putUnmoved(ByteBuffer target, ByteBuffer source) {
        int length = source.remaining();
        target.put(target.position(), source, source.position(), length);
        target.position(target.position() + length);
    }
}
