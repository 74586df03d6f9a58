package dev.millrace.broker.filter;

import dev.millrace.protocol.message.MessageProperties;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Finds the value of one property in the properties bytes of a record, see {@link MessageProperties}. Allocates nothing.
 *
 * <p>Thread-safe: immutable.
 */
// hot path
final class PropertyName {
    static final long ABSENT = -1;

    private static final long EACH_BYTE = 0x0101010101010101L;
    private static final long VALUE_ENDS = 0x0202020202020202L;
    private static final long TOP_BITS = 0x8080808080808080L;

    private final byte[] utf8;

    PropertyName(String name) {
        this.utf8 = name.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Looks from the end, as the last value of a repeated name counts.
     *
     * @param record big endian
     * @param start index of the first properties byte
     * @param end index behind the last one
     * @return index of the value's first byte in the upper and its length in the lower 32 bits, or {@link #ABSENT}
     */
    long find(ByteBuffer record, int start, int end) {
        int entryEnd = end > start && record.get(end - 1) == MessageProperties.VALUE_END ? end - 1 : end;
        while (entryEnd > start) {
            int entryStart = entryStart(record, start, entryEnd);
            int valueStart = entryStart + utf8.length + 1;
            if (valueStart < entryEnd && isNamed(record, entryStart)) {
                return (long) valueStart << 32 | (entryEnd - valueStart);
            }
            entryEnd = entryStart - 1;
        }
        return ABSENT;
    }

    /**
     * Index behind the last value end before {@code end}. Eight bytes at a time: subtracting one from each byte borrows
     * from the next only above the first zero, so the lowest mark, which is the last byte in big endian, is right.
     */
    private static int entryStart(ByteBuffer record, int start, int end) {
        int at = end;
        while (at - start >= Long.BYTES) {
            long differences = record.getLong(at - Long.BYTES) ^ VALUE_ENDS;
            long zeros = (differences - EACH_BYTE) & ~differences & TOP_BITS;
            if (zeros != 0) {
                return at - (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
            at -= Long.BYTES;
        }
        while (at > start && record.get(at - 1) != MessageProperties.VALUE_END) {
            at--;
        }
        return at;
    }

    private boolean isNamed(ByteBuffer record, int entryStart) {
        if (record.get(entryStart + utf8.length) != MessageProperties.NAME_END) {
            return false;
        }
        for (int i = 0; i < utf8.length; i++) {
            if (record.get(entryStart + i) != utf8[i]) {
                return false;
            }
        }
        return true;
    }

    static int valueStart(long found) {
        return (int) (found >>> 32);
    }

    static int valueLength(long found) {
        return (int) found;
    }

    /** The value found, as a text. Allocates. */
    static String text(ByteBuffer record, long found) {
        byte[] bytes = new byte[valueLength(found)];
        record.get(valueStart(found), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
