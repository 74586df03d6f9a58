package dev.millrace.protocol.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The properties block of a message: {@code name 0x01 value 0x02} repeated, UTF-8; the last 0x02 may be absent on input.
 * An entry with an empty name or an empty value is dropped. Source: docs/protocol.md, section "Properties".
 *
 * <p>Thread-safe: stateless.
 */
public final class MessageProperties {
    public static final byte NAME_END = 1;
    public static final byte VALUE_END = 2;

    private MessageProperties() {}

    /** All entries in their order; a repeated name keeps its last value. */
    public static Map<String, String> decode(String text) {
        Map<String, String> properties = new LinkedHashMap<>();
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf(VALUE_END, start);
            if (end < 0) {
                end = text.length();
            }
            int nameEnd = text.indexOf(NAME_END, start);
            if (nameEnd > start && nameEnd + 1 < end) {
                properties.put(text.substring(start, nameEnd), text.substring(nameEnd + 1, end));
            }
            start = end + 1;
        }
        return properties;
    }

    /** All entries of the {@code length} bytes from index {@code start}. */
    public static Map<String, String> decode(ByteBuffer buffer, int start, int length) {
        byte[] bytes = new byte[length];
        buffer.get(start, bytes);
        return decode(new String(bytes, StandardCharsets.UTF_8));
    }

    /** The block for these entries; entries with an empty name or value are left out. */
    public static String encode(Map<String, String> properties) {
        StringBuilder text = new StringBuilder(properties.size() * 32);
        properties.forEach((name, value) -> {
            if (!name.isEmpty() && !value.isEmpty()) {
                text.append(name).append((char) NAME_END).append(value).append((char) VALUE_END);
            }
        });
        return text.toString();
    }

    /**
     * Finds one value without decoding the block. Allocates nothing.
     *
     * @param name the name's UTF-8 bytes
     * @return index of the value's first byte in the upper and its length in the lower 32 bits, or -1 if absent
     */
    public static long find(ByteBuffer buffer, int start, int length, byte[] name) {
        int end = start + length;
        int at = start;
        while (at < end) {
            int valueEnd = indexOf(buffer, at, end, VALUE_END);
            if (startsWith(buffer, at, valueEnd, name)) {
                int valueStart = at + name.length + 1;
                if (valueStart < valueEnd) {
                    return (long) valueStart << 32 | (valueEnd - valueStart);
                }
            }
            at = valueEnd + 1;
        }
        return -1;
    }

    /** The value of one name, or null if absent. */
    public static @Nullable String value(ByteBuffer buffer, int start, int length, byte[] name) {
        long found = find(buffer, start, length, name);
        if (found < 0) {
            return null;
        }
        byte[] bytes = new byte[(int) found];
        buffer.get((int) (found >>> 32), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static boolean startsWith(ByteBuffer buffer, int at, int end, byte[] name) {
        if (end - at <= name.length || buffer.get(at + name.length) != NAME_END) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (buffer.get(at + i) != name[i]) {
                return false;
            }
        }
        return true;
    }

    private static int indexOf(ByteBuffer buffer, int from, int end, byte wanted) {
        int at = from;
        while (at < end && buffer.get(at) != wanted) {
            at++;
        }
        return at;
    }
}
