package dev.millrace.protocol.message;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The layout of one message record: the same bytes in the commit log, in pull answers and in multi-queue sends.
 *
 * <pre>
 * offset  length  field
 * 0       4       total size of the record, bytes
 * 4       4       magic: V1 0xDAA320A7 (topic length in 1 byte), V2 0xDAA320AB (topic length in 2 bytes)
 * 8       4       CRC-32 (IEEE) of the body, sign bit cleared
 * 12      4       queue id
 * 16      4       flag of the user
 * 20      8       queue offset; 0 for prepared and rolled-back records
 * 28      8       position in the commit log, bytes
 * 36      4       system flag, see {@link SystemFlags}
 * 40      8       born time, ms since the epoch
 * 48      8 | 20  born host: address (4, or 16 if flagged IPv6) and port (4)
 * ..      8       store time, ms since the epoch
 * ..      8 | 20  store host, like the born host
 * ..      4       times consumed before
 * ..      8       position of the prepared transaction record, else 0
 * ..      4       body length, then the body
 * ..      1 | 2   topic length, then the topic, UTF-8
 * ..      2       properties length, then the properties, see {@link MessageProperties}
 * </pre>
 *
 * All integers are big endian. Source: docs/storage-format.md, section "Record". Methods take the byte index {@code at}
 * at which a record starts in a big-endian buffer; they read absolutely and change no position.
 *
 * <p>Thread-safe: stateless.
 */
public final class StoredMessageLayout {
    public static final int MAGIC_V1 = 0xDAA320A7;
    public static final int MAGIC_V2 = 0xDAA320AB;
    /** Magic of the record that fills the end of a segment: int remaining bytes, int this. */
    public static final int MAGIC_BLANK = 0xCBD43194;

    public static final int TOTAL_SIZE_OFFSET = 0;
    public static final int MAGIC_OFFSET = 4;
    public static final int BODY_CRC_OFFSET = 8;
    public static final int QUEUE_ID_OFFSET = 12;
    public static final int FLAG_OFFSET = 16;
    public static final int QUEUE_OFFSET_OFFSET = 20;
    public static final int POSITION_OFFSET = 28;
    public static final int SYSTEM_FLAG_OFFSET = 36;
    public static final int BORN_TIME_OFFSET = 40;
    public static final int BORN_HOST_OFFSET = 48;

    /** Bytes of a host field with an IPv4 and with an IPv6 address. */
    public static final int HOST_IPV4_LENGTH = 8;

    public static final int HOST_IPV6_LENGTH = 20;
    /** Bytes of the blank record that are written; the rest of the segment is arbitrary. */
    public static final int BLANK_LENGTH = 8;
    /** Smallest possible record: V1, IPv4 hosts, empty body, topic and properties. */
    public static final int RECORD_BYTES_MIN = 91;

    public static final int TOPIC_LENGTH_MAX_V1 = 127;
    public static final int PROPERTIES_LENGTH_MAX = Short.MAX_VALUE;

    private StoredMessageLayout() {}

    public static int totalSize(ByteBuffer buffer, int at) {
        return buffer.getInt(at + TOTAL_SIZE_OFFSET);
    }

    public static int magic(ByteBuffer buffer, int at) {
        return buffer.getInt(at + MAGIC_OFFSET);
    }

    public static boolean isMessage(int magic) {
        return magic == MAGIC_V1 || magic == MAGIC_V2;
    }

    public static int bodyCrc(ByteBuffer buffer, int at) {
        return buffer.getInt(at + BODY_CRC_OFFSET);
    }

    public static int queueId(ByteBuffer buffer, int at) {
        return buffer.getInt(at + QUEUE_ID_OFFSET);
    }

    public static int flag(ByteBuffer buffer, int at) {
        return buffer.getInt(at + FLAG_OFFSET);
    }

    public static long queueOffset(ByteBuffer buffer, int at) {
        return buffer.getLong(at + QUEUE_OFFSET_OFFSET);
    }

    public static long position(ByteBuffer buffer, int at) {
        return buffer.getLong(at + POSITION_OFFSET);
    }

    public static int systemFlag(ByteBuffer buffer, int at) {
        return buffer.getInt(at + SYSTEM_FLAG_OFFSET);
    }

    public static long bornTimeMs(ByteBuffer buffer, int at) {
        return buffer.getLong(at + BORN_TIME_OFFSET);
    }

    public static int bornHostLength(int systemFlag) {
        return SystemFlags.isBornHostIpv6(systemFlag) ? HOST_IPV6_LENGTH : HOST_IPV4_LENGTH;
    }

    public static int storeHostLength(int systemFlag) {
        return SystemFlags.isStoreHostIpv6(systemFlag) ? HOST_IPV6_LENGTH : HOST_IPV4_LENGTH;
    }

    /** Offset of the store time inside a record with this system flag: 56 or 68. */
    public static int storeTimeOffset(int systemFlag) {
        return BORN_HOST_OFFSET + bornHostLength(systemFlag);
    }

    public static int storeHostOffset(int systemFlag) {
        return storeTimeOffset(systemFlag) + Long.BYTES;
    }

    public static int timesConsumedOffset(int systemFlag) {
        return storeHostOffset(systemFlag) + storeHostLength(systemFlag);
    }

    public static int preparedPositionOffset(int systemFlag) {
        return timesConsumedOffset(systemFlag) + Integer.BYTES;
    }

    public static int bodyLengthOffset(int systemFlag) {
        return preparedPositionOffset(systemFlag) + Long.BYTES;
    }

    public static long storeTimeMs(ByteBuffer buffer, int at) {
        return buffer.getLong(at + storeTimeOffset(systemFlag(buffer, at)));
    }

    public static int timesConsumed(ByteBuffer buffer, int at) {
        return buffer.getInt(at + timesConsumedOffset(systemFlag(buffer, at)));
    }

    public static long preparedPosition(ByteBuffer buffer, int at) {
        return buffer.getLong(at + preparedPositionOffset(systemFlag(buffer, at)));
    }

    public static int bodyLength(ByteBuffer buffer, int at) {
        return buffer.getInt(at + bodyLengthOffset(systemFlag(buffer, at)));
    }

    /** Buffer index of the first body byte. */
    public static int bodyStart(ByteBuffer buffer, int at) {
        return at + bodyLengthOffset(systemFlag(buffer, at)) + Integer.BYTES;
    }

    /** Buffer index of the topic length. */
    public static int topicLengthStart(ByteBuffer buffer, int at) {
        return bodyStart(buffer, at) + bodyLength(buffer, at);
    }

    public static int topicLengthBytes(int magic) {
        return magic == MAGIC_V2 ? 2 : 1;
    }

    public static int topicLength(ByteBuffer buffer, int at) {
        int start = topicLengthStart(buffer, at);
        return magic(buffer, at) == MAGIC_V2 ? buffer.getShort(start) & 0xFFFF : buffer.get(start) & 0xFF;
    }

    /** Buffer index of the first topic byte. */
    public static int topicStart(ByteBuffer buffer, int at) {
        return topicLengthStart(buffer, at) + topicLengthBytes(magic(buffer, at));
    }

    /** Buffer index of the two bytes of the properties length. */
    public static int propertiesLengthStart(ByteBuffer buffer, int at) {
        return topicStart(buffer, at) + topicLength(buffer, at);
    }

    public static int propertiesLength(ByteBuffer buffer, int at) {
        return buffer.getShort(propertiesLengthStart(buffer, at)) & 0xFFFF;
    }

    /** Buffer index of the first properties byte. */
    public static int propertiesStart(ByteBuffer buffer, int at) {
        return propertiesLengthStart(buffer, at) + Short.BYTES;
    }

    /** Writes the queue offset of the record that starts at {@code at}. */
    public static void putQueueOffset(ByteBuffer buffer, int at, long queueOffset) {
        buffer.putLong(at + QUEUE_OFFSET_OFFSET, queueOffset);
    }

    /** Writes the commit-log position of the record that starts at {@code at}. */
    public static void putPosition(ByteBuffer buffer, int at, long position) {
        buffer.putLong(at + POSITION_OFFSET, position);
    }

    /** Writes the store time of the record that starts at {@code at}. */
    public static void putStoreTimeMs(ByteBuffer buffer, int at, long storeTimeMs) {
        buffer.putLong(at + storeTimeOffset(systemFlag(buffer, at)), storeTimeMs);
    }

    /** Size in bytes of a record with these parts. */
    public static int recordBytes(int systemFlag, int bodyLength, int topicLength, int propertiesLength) {
        int topicLengthBytes = topicLength > TOPIC_LENGTH_MAX_V1 ? 2 : 1;
        return bodyLengthOffset(systemFlag)
                + Integer.BYTES
                + bodyLength
                + topicLengthBytes
                + topicLength
                + Short.BYTES
                + propertiesLength;
    }

    /**
     * Says why the {@code available} bytes from {@code at} are no whole record, or null if their sizes agree: magic,
     * every length inside the record, and their sum equal to the total size. The body's CRC is not looked at.
     */
    public static @Nullable String structuralFault(ByteBuffer buffer, int at, int available) {
        if (available < RECORD_BYTES_MIN) {
            return available + " bytes are left, a record has at least " + RECORD_BYTES_MIN;
        }
        int total = totalSize(buffer, at);
        int magic = magic(buffer, at);
        if (!isMessage(magic)) {
            return "magic 0x" + Integer.toHexString(magic) + " is no message record";
        }
        if (total < RECORD_BYTES_MIN || total > available) {
            return "total size " + total + " is outside " + RECORD_BYTES_MIN + ".." + available;
        }
        int systemFlag = systemFlag(buffer, at);
        int fixed = bodyLengthOffset(systemFlag) + Integer.BYTES;
        int bodyRoom = total - fixed - topicLengthBytes(magic) - Short.BYTES;
        if (bodyRoom < 0
                || buffer.getInt(at + fixed - Integer.BYTES) < 0
                || buffer.getInt(at + fixed - Integer.BYTES) > bodyRoom) {
            return "body length does not fit a record of " + total + " bytes";
        }
        int topicRoom = bodyRoom - bodyLength(buffer, at);
        if (topicLength(buffer, at) > topicRoom) {
            return "topic length " + topicLength(buffer, at) + " does not fit a record of " + total + " bytes";
        }
        if (propertiesLength(buffer, at) != topicRoom - topicLength(buffer, at)) {
            return "properties length " + propertiesLength(buffer, at) + " does not fill a record of " + total
                    + " bytes";
        }
        return null;
    }
}
