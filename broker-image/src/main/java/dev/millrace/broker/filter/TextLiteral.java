package dev.millrace.broker.filter;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A text of an expression, compared with values as UTF-8 bytes. Thread-safe: immutable. */
// hot path
final class TextLiteral {
    private final byte[] utf8;

    TextLiteral(String text) {
        this.utf8 = text.getBytes(StandardCharsets.UTF_8);
    }

    boolean equalsValue(ByteBuffer record, long found) {
        return PropertyName.valueLength(found) == utf8.length && isAt(record, PropertyName.valueStart(found));
    }

    boolean isIn(ByteBuffer record, long found, Expression.Part part) {
        int start = PropertyName.valueStart(found);
        int room = PropertyName.valueLength(found) - utf8.length;
        if (room < 0) {
            return false;
        }
        return switch (part) {
            case START -> isAt(record, start);
            case END -> isAt(record, start + room);
            case ANYWHERE -> isWithin(record, start, start + room);
        };
    }

    private boolean isWithin(ByteBuffer record, int first, int last) {
        for (int at = first; at <= last; at++) {
            if (isAt(record, at)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAt(ByteBuffer record, int start) {
        for (int i = 0; i < utf8.length; i++) {
            if (record.get(start + i) != utf8[i]) {
                return false;
            }
        }
        return true;
    }
}
