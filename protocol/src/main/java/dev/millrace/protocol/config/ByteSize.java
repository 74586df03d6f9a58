package dev.millrace.protocol.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes, written with a binary unit: {@code 512B}, {@code 64KiB}, {@code 16MiB}, {@code 1GiB}, {@code 2TiB}. */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final Pattern SYNTAX = Pattern.compile("(\\d{1,18}) ?(B|KiB|MiB|GiB|TiB)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final int UNIT_SHIFT = 10;

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size of " + bytes + " bytes is negative; use 0B or more");
        }
    }

    public static ByteSize ofKiB(long count) {
        return new ByteSize(Math.multiplyExact(count, 1L << UNIT_SHIFT));
    }

    public static ByteSize ofMiB(long count) {
        return ofKiB(Math.multiplyExact(count, 1L << UNIT_SHIFT));
    }

    public static ByteSize ofGiB(long count) {
        return ofMiB(Math.multiplyExact(count, 1L << UNIT_SHIFT));
    }

    /** Reads {@code 64KiB}; decimal units and bare numbers are refused, since they hide a factor. */
    public static ByteSize parse(String text) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("write a size such as 512B, 64KiB, 16MiB or 1GiB");
        }
        long count = Long.parseLong(matcher.group(1));
        for (int unit = 0; unit < UNITS.length; unit++) {
            if (UNITS[unit].equals(matcher.group(2))) {
                return scaled(count, unit * UNIT_SHIFT);
            }
        }
        throw new AssertionError("unit " + matcher.group(2) + " is in the syntax but not in the list");
    }

    private static ByteSize scaled(long count, int shift) {
        if (count > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("write a size below 8388608TiB");
        }
        return new ByteSize(count << shift);
    }

    /** As an {@code int}, for buffers and segments; limit the setting by {@code max} so that this cannot fail. */
    public int toInt() {
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("size " + this + " does not fit 31 bits; use less than 2GiB");
        }
        return (int) bytes;
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** In the largest unit that loses nothing; {@link #parse} reads it back. */
    @Override
    public String toString() {
        long count = bytes;
        int unit = 0;
        while (unit < UNITS.length - 1 && count > 0 && count % (1L << UNIT_SHIFT) == 0) {
            count >>= UNIT_SHIFT;
            unit++;
        }
        return count + UNITS[unit];
    }
}
