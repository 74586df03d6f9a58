package dev.millrace.protocol.codec;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Gives the same {@code String} for the same UTF-8 bytes, so that names which come with each message (topics, groups)
 * are not decoded again. Bounded: a new name takes the place of an old one with the same slot.
 *
 * <p>Owner: one event loop. {@code // hot path}
 */
final class NameCache {
    private static final int SLOTS = 4096;
    private static final int NAME_BYTES_MAX = 255;

    private final byte[][] bytes = new byte[SLOTS][];
    private final @Nullable String[] names = new @Nullable String[SLOTS];

    String name(byte[] source, int start, int length) {
        if (length > NAME_BYTES_MAX) {
            return new String(source, start, length, StandardCharsets.UTF_8);
        }
        int hash = length;
        for (int i = start; i < start + length; i++) {
            hash = 31 * hash + source[i];
        }
        int slot = (hash ^ hash >>> 15) & SLOTS - 1;
        byte[] known = bytes[slot];
        String name = names[slot];
        if (name != null && java.util.Arrays.equals(known, 0, known.length, source, start, start + length)) {
            return name;
        }
        String fresh = new String(source, start, length, StandardCharsets.UTF_8);
        bytes[slot] = java.util.Arrays.copyOfRange(source, start, start + length);
        names[slot] = fresh;
        return fresh;
    }
}
