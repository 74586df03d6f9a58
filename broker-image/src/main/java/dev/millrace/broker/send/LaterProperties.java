package dev.millrace.broker.send;

import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.PropertyNames;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The properties by which a message asks to be delivered later, or only once its transaction is committed.
 *
 * <p>Thread-safe: immutable. {@code // hot path}: one pass over the names, nothing allocated.
 */
final class LaterProperties {
    private static final String[] NAMES = {
        PropertyNames.DELAY,
        PropertyNames.TRANSACTION_PREPARED,
        PropertyNames.TIMER_DELAY_SECONDS,
        PropertyNames.TIMER_DELAY_MS,
        PropertyNames.TIMER_DELIVER_MS
    };
    private static final byte[][] BYTES = bytes();
    /** All names begin with one of these. */
    private static final byte FIRST = 'D';

    private static final byte SECOND = 'T';

    private LaterProperties() {}

    private static byte[][] bytes() {
        byte[][] bytes = new byte[NAMES.length][];
        for (int i = 0; i < NAMES.length; i++) {
            bytes[i] = RecordComposer.ascii(NAMES[i]);
        }
        return bytes;
    }

    /** The first such property in a block of properties, null without one. */
    static @Nullable String find(ByteBuffer buffer, int start, int length) {
        int end = start + length;
        int at = start;
        while (at < end) {
            byte first = buffer.get(at);
            if (first == FIRST || first == SECOND) {
                String name = nameAt(buffer, at, end);
                if (name != null) {
                    return name;
                }
            }
            while (at < end && buffer.get(at) != MessageProperties.VALUE_END) {
                at++;
            }
            at++;
        }
        return null;
    }

    private static @Nullable String nameAt(ByteBuffer buffer, int at, int end) {
        for (int i = 0; i < NAMES.length; i++) {
            if (isNameAt(BYTES[i], buffer, at, end)) {
                return NAMES[i];
            }
        }
        return null;
    }

    private static boolean isNameAt(byte[] name, ByteBuffer buffer, int at, int end) {
        if (end - at <= name.length || buffer.get(at + name.length) != MessageProperties.NAME_END) {
            return false;
        }
        for (int i = 1; i < name.length; i++) {
            if (buffer.get(at + i) != name[i]) {
                return false;
            }
        }
        return buffer.get(at) == name[0];
    }
}
