package dev.millrace.broker.filter;

import java.util.Locale;
import java.util.Map;

/**
 * One word of an expression.
 *
 * @param text as written; of a text literal what it stands for
 * @param column of its first character, from 1
 */
record Token(Kind kind, String text, int column) {
    private static final int SHOWN_CHARS_MAX = 40;

    enum Kind {
        AND,
        OR,
        NOT,
        BETWEEN,
        IN,
        IS,
        NULL,
        TRUE,
        FALSE,
        CONTAINS,
        STARTSWITH,
        ENDSWITH,
        NAME,
        TEXT,
        WHOLE_NUMBER,
        DECIMAL_NUMBER,
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        PLUS,
        MINUS,
        OPEN,
        CLOSE,
        COMMA,
        END
    }

    private static final Map<String, Kind> KEYWORDS = Map.ofEntries(
            Map.entry("AND", Kind.AND),
            Map.entry("OR", Kind.OR),
            Map.entry("NOT", Kind.NOT),
            Map.entry("BETWEEN", Kind.BETWEEN),
            Map.entry("IN", Kind.IN),
            Map.entry("IS", Kind.IS),
            Map.entry("NULL", Kind.NULL),
            Map.entry("TRUE", Kind.TRUE),
            Map.entry("FALSE", Kind.FALSE),
            Map.entry("CONTAINS", Kind.CONTAINS),
            Map.entry("STARTSWITH", Kind.STARTSWITH),
            Map.entry("ENDSWITH", Kind.ENDSWITH));

    /** A keyword in any case, else a property name. */
    static Token word(String text, int column) {
        return new Token(KEYWORDS.getOrDefault(text.toUpperCase(Locale.ROOT), Kind.NAME), text, column);
    }

    /** How an error shows it. */
    String shown() {
        if (kind == Kind.END) {
            return "the end";
        }
        String shown = text.length() > SHOWN_CHARS_MAX ? text.substring(0, SHOWN_CHARS_MAX) + "..." : text;
        return kind == Kind.TEXT ? "the text '" + shown + "'" : "'" + shown + "'";
    }
}
