package dev.millrace.protocol.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The hash of a tag as a consume queue stores it: Java's {@link String#hashCode()} widened to a long, 0 without a tag.
 *
 * <p>Thread-safe: stateless.
 */
public final class TagHash {
    private TagHash() {}

    /**
     * Hash of the UTF-8 text of {@code length} bytes from index {@code start}, as its {@code String} would have it.
     * Allocates nothing for text of the Basic Multilingual Plane.
     *
     * @param seed hash of the text before it, 0 to begin
     */
    public static int of(ByteBuffer buffer, int start, int length, int seed) {
        int hash = seed;
        int at = start;
        int end = start + length;
        while (at < end) {
            int first = buffer.get(at) & 0xFF;
            if (first < 0x80) {
                hash = 31 * hash + first;
                at++;
            } else if (first < 0xE0 && at + 1 < end) {
                hash = 31 * hash + ((first & 0x1F) << 6 | buffer.get(at + 1) & 0x3F);
                at += 2;
            } else if (first < 0xF0 && at + 2 < end) {
                hash = 31 * hash
                        + ((first & 0x0F) << 12 | (buffer.get(at + 1) & 0x3F) << 6 | buffer.get(at + 2) & 0x3F);
                at += 3;
            } else {
                return ofText(buffer, at, end, hash);
            }
        }
        return hash;
    }

    public static long of(String tag) {
        return tag.hashCode();
    }

    private static int ofText(ByteBuffer buffer, int at, int end, int seed) {
        byte[] rest = new byte[end - at];
        buffer.get(at, rest);
        String text = new String(rest, StandardCharsets.UTF_8);
        int hash = seed;
        for (int i = 0; i < text.length(); i++) {
            hash = 31 * hash + text.charAt(i);
        }
        return hash;
    }
}
