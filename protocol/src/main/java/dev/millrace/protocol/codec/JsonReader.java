package dev.millrace.protocol.codec;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.ProtocolLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON dialect of bodies into maps, lists, strings, numbers and booleans. Beyond the standard it accepts member
 * names that are bare numbers or words, and whole objects as member names (those keys are maps). Source:
 * docs/protocol.md, section "JSON bodies".
 *
 * <p>Owner: one parse.
 */
final class JsonReader {
    private final byte[] bytes;
    private int at;

    private JsonReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws BadFieldException if the bytes are not of the dialect, with the place */
    static @Nullable Object read(byte[] bytes) {
        JsonReader reader = new JsonReader(bytes);
        Object value = reader.value(0);
        reader.skipSpace();
        if (reader.at < bytes.length) {
            throw reader.fault("text after the end of the value");
        }
        return value;
    }

    private @Nullable Object value(int depth) {
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> text();
            default -> scalar();
        };
    }

    private void checkDepth(int depth) {
        if (depth > ProtocolLimits.JSON_DEPTH_MAX) {
            throw fault("values nest deeper than " + ProtocolLimits.JSON_DEPTH_MAX);
        }
    }

    private Map<Object, @Nullable Object> object(int depth) {
        checkDepth(depth);
        Map<Object, @Nullable Object> members = new LinkedHashMap<>();
        at++;
        while (peek() != '}') {
            if (!members.isEmpty()) {
                expect(',');
                if (peek() == '}') {
                    break;
                }
            }
            Object key = switch (peek()) {
                case '"' -> text();
                case '{' -> object(depth + 1);
                default -> bareWord();
            };
            expect(':');
            members.put(key, value(depth + 1));
        }
        at++;
        return members;
    }

    private List<@Nullable Object> array(int depth) {
        checkDepth(depth);
        List<@Nullable Object> items = new ArrayList<>();
        at++;
        while (peek() != ']') {
            if (!items.isEmpty()) {
                expect(',');
            }
            items.add(value(depth + 1));
        }
        at++;
        return items;
    }

    private String text() {
        at++;
        int start = at;
        boolean isEscaped = false;
        while (at < bytes.length && bytes[at] != '"') {
            if (bytes[at] == '\\') {
                isEscaped = true;
                at++;
            }
            at++;
        }
        if (at >= bytes.length) {
            throw fault("text without an end");
        }
        int end = at++;
        return isEscaped
                ? JsonText.unescape(bytes, start, end)
                : new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }

    private String bareWord() {
        int start = at;
        while (at < bytes.length && ",:}] \t\r\n".indexOf(bytes[at]) < 0) {
            at++;
        }
        if (at == start) {
            throw fault("no value");
        }
        return new String(bytes, start, at - start, StandardCharsets.UTF_8);
    }

    private @Nullable Object scalar() {
        int start = at;
        String word = bareWord();
        switch (word) {
            case "true":
                return Boolean.TRUE;
            case "false":
                return Boolean.FALSE;
            case "null":
                return null;
            default:
        }
        try {
            if (word.indexOf('.') >= 0 || word.indexOf('e') >= 0 || word.indexOf('E') >= 0) {
                return Double.valueOf(word);
            }
            return Long.valueOf(word);
        } catch (NumberFormatException e) {
            throw new BadFieldException("JSON at byte " + start + ": '" + word + "' is no value", e);
        }
    }

    private void skipSpace() {
        while (at < bytes.length && " \t\r\n".indexOf(bytes[at]) >= 0) {
            at++;
        }
    }

    private byte peek() {
        skipSpace();
        if (at >= bytes.length) {
            throw fault("it ends inside a value");
        }
        return bytes[at];
    }

    private void expect(char wanted) {
        byte found = peek();
        if (found != wanted) {
            throw fault("'" + (char) (found & 0xFF) + "' stands where '" + wanted + "' belongs");
        }
        at++;
    }

    private BadFieldException fault(String what) {
        return new BadFieldException("JSON at byte " + at + " of " + bytes.length + ": " + what);
    }
}
