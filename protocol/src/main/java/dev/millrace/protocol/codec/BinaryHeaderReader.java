package dev.millrace.protocol.codec;

import dev.millrace.protocol.ProtocolException;

/**
 * Reads the ROCKETMQ header: short code, byte language, short version, int opaque, int flag, int remark length and
 * remark, int length of all fields, then per field short name length, name, int value length, value. Big endian; an
 * empty name or value counts as absent. Source: docs/protocol.md, section "Header".
 */
final class BinaryHeaderReader {
    private static final int FIXED_LENGTH = 21;

    private BinaryHeaderReader() {}

    static void read(byte[] bytes, int length, HeaderFields into) {
        if (length < FIXED_LENGTH) {
            throw new ProtocolException("binary header of " + length + " bytes; it has at least " + FIXED_LENGTH);
        }
        into.fixed((short) shortAt(bytes, 0), shortAt(bytes, 3), intAt(bytes, 5), intAt(bytes, 9), bytes[2]);
        int at = 13;
        int remarkLength = intAt(bytes, at);
        at += Integer.BYTES;
        checkRoom("remark", remarkLength, length - at - Integer.BYTES);
        if (remarkLength > 0) {
            into.remark(at, at + remarkLength, false);
        }
        at += remarkLength;
        int fieldsLength = intAt(bytes, at);
        at += Integer.BYTES;
        checkRoom("fields", fieldsLength, length - at);
        readFields(bytes, at, at + fieldsLength, into);
    }

    private static void readFields(byte[] bytes, int from, int end, HeaderFields into) {
        int at = from;
        while (at < end) {
            checkRoom("name length", Short.BYTES, end - at);
            int nameLength = shortAt(bytes, at);
            int nameStart = at + Short.BYTES;
            checkRoom("name and value length", nameLength + Integer.BYTES, end - nameStart);
            int nameEnd = nameStart + nameLength;
            int valueLength = intAt(bytes, nameEnd);
            int valueStart = nameEnd + Integer.BYTES;
            checkRoom("value", valueLength, end - valueStart);
            if (nameLength > 0 && valueLength > 0) {
                into.add(nameStart, nameEnd, valueStart, valueStart + valueLength, false);
            }
            at = valueStart + valueLength;
        }
    }

    private static void checkRoom(String what, int wanted, int room) {
        if (wanted < 0 || wanted > room) {
            throw new ProtocolException(
                    "binary header: " + what + " of " + wanted + " bytes where " + room + " are left");
        }
    }

    private static int shortAt(byte[] bytes, int at) {
        return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
    }

    private static int intAt(byte[] bytes, int at) {
        return (bytes[at] << 24)
                | ((bytes[at + 1] & 0xFF) << 16)
                | ((bytes[at + 2] & 0xFF) << 8)
                | (bytes[at + 3] & 0xFF);
    }
}
