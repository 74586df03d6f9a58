package dev.millrace.cli.terminal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads JSON (RFC 8259) that servers answer: objects as maps, arrays as lists, numbers as {@code Long} or {@code Double},
 * texts and booleans; a member that is null is left out, an element that is null is refused.
 *
 * <p>Thread-safe: confined to the reading call.
 */
public final class JsonReader {
    private static final int DEPTH_MAX = 16;

    private final String text;
    private int at;

    private JsonReader(String text) {
        this.text = text;
    }

    /** The value, or nothing where the text is no such JSON. */
    public static Optional<Object> read(String text) {
        var reader = new JsonReader(text);
        try {
            Optional<Object> value = reader.value(0);
            reader.skipSpace();
            return reader.at == text.length() ? value : Optional.empty();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private Optional<Object> value(int depth) {
        if (depth > DEPTH_MAX) {
            throw wrong("at most " + DEPTH_MAX + " levels");
        }
        skipSpace();
        return switch (text.charAt(at)) {
            case '{' -> Optional.of(object(depth));
            case '[' -> Optional.of(array(depth));
            case '"' -> Optional.of(string());
            case 't' -> literal("true", Optional.of(true));
            case 'f' -> literal("false", Optional.of(false));
            case 'n' -> literal("null", Optional.empty());
            default -> Optional.of(number());
        };
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        at++;
        while (!ends('}', map.isEmpty())) {
            skipSpace();
            String key = string();
            skipSpace();
            take(':');
            value(depth + 1).ifPresentOrElse(value -> map.put(key, value), () -> map.remove(key));
        }
        return map;
    }

    private List<Object> array(int depth) {
        List<Object> list = new ArrayList<>();
        at++;
        while (!ends(']', list.isEmpty())) {
            list.add(value(depth + 1).orElseThrow(() -> wrong("no null")));
        }
        return list;
    }

    /** Steps over the end, or over the comma before the next one. */
    private boolean ends(char end, boolean isFirst) {
        skipSpace();
        char c = text.charAt(at);
        if (c == end) {
            at++;
            return true;
        }
        if (c == ',') {
            at++;
        } else if (!isFirst) {
            throw wrong("a comma");
        }
        return false;
    }

    private String string() {
        take('"');
        var read = new StringBuilder();
        while (text.charAt(at) != '"') {
            char c = text.charAt(at++);
            read.append(c == '\\' ? escaped() : c);
        }
        at++;
        return read.toString();
    }

    private char escaped() {
        char c = text.charAt(at++);
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                at += 4;
                yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
            }
            default -> c;
        };
    }

    private Object number() {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String number = text.substring(start, at);
        return number.chars().allMatch(c -> c == '-' || Character.isDigit(c))
                ? (Object) Long.valueOf(number)
                : (Object) Double.valueOf(number);
    }

    private Optional<Object> literal(String word, Optional<Object> value) {
        if (!text.startsWith(word, at)) {
            throw wrong(word);
        }
        at += word.length();
        return value;
    }

    private void take(char expected) {
        if (text.charAt(at) != expected) {
            throw wrong("'" + expected + "'");
        }
        at++;
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String expected) {
        return new IllegalArgumentException("expected " + expected + " at " + at);
    }
}
