package dev.millrace.broker.filter;

import java.nio.ByteBuffer;

/**
 * A number of an expression: an Integer, Long or Double. Values are read as that type, so {@code a > 1} fails for a
 * value above the range of an Integer, as it does on RocketMQ's brokers. Usual digits are read without allocation,
 * anything else as Java reads it.
 *
 * <p>Thread-safe: immutable.
 */
// hot path
final class NumberLiteral {
    /** So many digits always fit a long. */
    private static final int WHOLE_DIGITS_MAX = 18;
    /** So many digits, divided by a power of ten that a double holds exactly, are rounded once, so rightly. */
    private static final int DECIMAL_DIGITS_MAX = 15;

    private static final double[] POWERS_OF_TEN = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };

    private final Number number;
    private final long whole;
    private final double decimal;

    NumberLiteral(Number number) {
        this.number = number;
        this.whole = number.longValue();
        this.decimal = number.doubleValue();
    }

    /** The value found against this number: below, at or above 0, or {@link Values#FAILED}. */
    int compareValue(ByteBuffer record, long found) {
        int start = PropertyName.valueStart(found);
        int end = start + PropertyName.valueLength(found);
        byte first = record.get(start);
        int digits = first == '-' || first == '+' ? start + 1 : start;
        return number instanceof Double
                ? compareDecimal(record, found, digits, end, first == '-')
                : compareWhole(record, found, digits, end, first == '-');
    }

    private int compareWhole(ByteBuffer record, long found, int from, int end, boolean isNegative) {
        if (end - from > WHOLE_DIGITS_MAX) {
            return compareAsJava(record, found);
        }
        long read = 0;
        for (int at = from; at < end; at++) {
            byte digit = record.get(at);
            if (digit < 0) {
                return compareAsJava(record, found);
            }
            if (digit < '0' || digit > '9') {
                return Values.FAILED;
            }
            read = read * 10 + (digit - '0');
        }
        long value = isNegative ? -read : read;
        boolean isInRange = number instanceof Long || value == (int) value;
        return from < end && isInRange ? Long.compare(value, whole) : Values.FAILED;
    }

    private int compareDecimal(ByteBuffer record, long found, int from, int end, boolean isNegative) {
        long read = 0;
        int digitCount = 0;
        int scale = -1;
        for (int at = from; at < end; at++) {
            byte digit = record.get(at);
            if (digit >= '0' && digit <= '9') {
                read = read * 10 + (digit - '0');
                digitCount++;
                scale += scale >= 0 ? 1 : 0;
            } else if (digit == '.' && scale < 0) {
                scale = 0;
            } else {
                return compareAsJava(record, found);
            }
            if (digitCount > DECIMAL_DIGITS_MAX) {
                return compareAsJava(record, found);
            }
        }
        if (digitCount == 0) {
            return Values.FAILED;
        }
        double magnitude = scale > 0 ? read / POWERS_OF_TEN[scale] : read;
        return Double.compare(isNegative ? -magnitude : magnitude, decimal);
    }

    private int compareAsJava(ByteBuffer record, long found) {
        byte first = record.get(PropertyName.valueStart(found));
        // Most texts that are no numbers begin with a letter; this spares them an exception. N, I: NaN, Infinity.
        boolean isWord = first >= 'A' && first <= 'z' && first != 'N' && first != 'I';
        return isWord ? Values.FAILED : Values.compare(PropertyName.text(record, found), number);
    }
}
