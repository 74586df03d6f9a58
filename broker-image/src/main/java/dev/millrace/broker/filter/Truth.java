package dev.millrace.broker.filter;

/** What a condition says of a message. Thread-safe: immutable. */
enum Truth {
    TRUE,
    FALSE,
    /** A property is absent, or a value has no such comparison: neither the condition nor its contrary holds. */
    UNKNOWN,
    /** A text is no number where one is needed. Ends the evaluation: the message does not match. */
    FAILED;

    static Truth of(boolean holds) {
        return holds ? TRUE : FALSE;
    }

    Truth inverse() {
        return switch (this) {
            case TRUE -> FALSE;
            case FALSE -> TRUE;
            case UNKNOWN, FAILED -> this;
        };
    }
}
