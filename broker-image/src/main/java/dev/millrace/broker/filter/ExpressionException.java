package dev.millrace.broker.filter;

import java.io.Serial;

/** An expression that cannot be read: what stands where, what was expected, what to write. */
final class ExpressionException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param column of the first character in question, from 1 */
    ExpressionException(int column, String what) {
        super("SQL92 filter, column " + column + ": " + what, null, false, false);
    }

    /** The message, which is never absent. */
    String reason() {
        return String.valueOf(getMessage());
    }
}
