package dev.millrace.broker.filter;

/** The four comparisons by size. Thread-safe: immutable. */
enum Ordering {
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">=");

    private final String sign;

    Ordering(String sign) {
        this.sign = sign;
    }

    String sign() {
        return sign;
    }

    /** @param comparison below, at or above 0 as the left value is to the right one */
    boolean holds(int comparison) {
        return switch (this) {
            case LESS -> comparison < 0;
            case LESS_OR_EQUAL -> comparison <= 0;
            case GREATER -> comparison > 0;
            case GREATER_OR_EQUAL -> comparison >= 0;
        };
    }

    /** The same comparison with its sides exchanged. */
    Ordering mirrored() {
        return switch (this) {
            case LESS -> GREATER;
            case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
            case GREATER -> LESS;
            case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
        };
    }
}
