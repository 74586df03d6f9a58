package dev.millrace.broker.filter;

import org.jspecify.annotations.Nullable;

/**
 * Comparisons of values: String, Integer, Long, Double and Boolean. A text is read as the type it is compared with.
 *
 * <p>Thread-safe: stateless.
 */
final class Values {
    /** Result of a comparison that needs a number and has another text. */
    static final int FAILED = Integer.MIN_VALUE;

    /** Result of a comparison of values that have none: they differ. */
    private static final int DIFFERENT = -1;

    private Values() {}

    /** Below, at or above 0; {@link #FAILED} if a text cannot be read as needed. */
    static int compare(Object left, Object right) {
        if (left instanceof String leftText) {
            return right instanceof String rightText
                    ? sign(leftText.compareTo(rightText))
                    : compareText(leftText, right);
        }
        if (left instanceof Boolean leftFlag) {
            if (right instanceof Boolean rightFlag) {
                return Boolean.compare(leftFlag, rightFlag);
            }
            // On RocketMQ's brokers, the evaluation fails if the text stands on the right.
            return right instanceof String ? FAILED : DIFFERENT;
        }
        if (right instanceof String rightText) {
            int mirrored = compareText(rightText, left);
            return mirrored == FAILED ? FAILED : -mirrored;
        }
        return left instanceof Number leftNumber && right instanceof Number rightNumber
                ? compareNumbers(leftNumber, rightNumber)
                : DIFFERENT;
    }

    /** As {@link #compare}, but texts are read as decimal numbers. */
    static int compareBySize(Object left, Object right) {
        if (left instanceof String leftText && right instanceof String rightText) {
            Double leftNumber = decimal(leftText);
            Double rightNumber = leftNumber == null ? null : decimal(rightText);
            return leftNumber == null || rightNumber == null ? FAILED : Double.compare(leftNumber, rightNumber);
        }
        return compare(left, right);
    }

    private static int compareText(String text, Object other) {
        if (other instanceof Boolean flag) {
            return Boolean.compare(Boolean.parseBoolean(text), flag);
        }
        Number read = number(text, other);
        return read == null ? FAILED : compareNumbers(read, (Number) other);
    }

    private static @Nullable Number number(String text, Object like) {
        try {
            if (like instanceof Integer) {
                return Integer.valueOf(text);
            }
            if (like instanceof Long) {
                return Long.valueOf(text);
            }
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Double decimal(String text) {
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static int compareNumbers(Number left, Number right) {
        return left instanceof Double || right instanceof Double
                ? Double.compare(left.doubleValue(), right.doubleValue())
                : Long.compare(left.longValue(), right.longValue());
    }

    private static int sign(int comparison) {
        return Integer.compare(comparison, 0);
    }
}
