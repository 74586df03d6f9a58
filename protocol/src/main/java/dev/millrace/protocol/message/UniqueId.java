package dev.millrace.protocol.message;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Makes the ids that clients give their messages: upper-case hex of an address (4 bytes), process id (2), a random part
 * that tells two makers of one process apart (4), milliseconds since the month began (4) and a counter (2).
 * Source: docs/protocol.md, section "Ids".
 *
 * <p>Thread-safe: one atomic counter; two ids are equal only if 65,536 are made within one millisecond.
 */
public final class UniqueId {
    /** Characters of an id. */
    public static final int LENGTH = 32;

    private static final char[] DIGITS = "0123456789ABCDEF".toCharArray();

    private final char[] prefix;
    private final LongSupplier msOfMonth;
    private final AtomicInteger counter = new AtomicInteger();

    /**
     * @param address IPv4 address of this machine, 4 bytes
     * @param processId the lower 16 bits are used
     * @param maker tells this maker from others of the process
     * @param msOfMonth milliseconds since the month began
     */
    public UniqueId(byte[] address, long processId, int maker, LongSupplier msOfMonth) {
        this.prefix = new char[20];
        for (int i = 0; i < 4; i++) {
            hex(prefix, i * 2, address[i] & 0xFF, 2);
        }
        hex(prefix, 8, (int) processId & 0xFFFF, 4);
        hex(prefix, 12, maker, 8);
        this.msOfMonth = msOfMonth;
    }

    public String next() {
        char[] id = new char[LENGTH];
        System.arraycopy(prefix, 0, id, 0, prefix.length);
        hex(id, 20, (int) msOfMonth.getAsLong(), 8);
        hex(id, 28, counter.getAndIncrement() & 0xFFFF, 4);
        return new String(id);
    }

    private static void hex(char[] target, int at, int value, int digits) {
        for (int i = 0; i < digits; i++) {
            target[at + i] = DIGITS[value >>> (digits - 1 - i) * 4 & 0xF];
        }
    }
}
