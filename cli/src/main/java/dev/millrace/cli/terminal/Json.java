package dev.millrace.cli.terminal;

import java.util.Iterator;
import java.util.Map;

/**
 * Writes maps, lists, texts, numbers, booleans and null as JSON (RFC 8259). Own code, because a JSON library would double
 * the time a command takes to start.
 *
 * <p>Thread-safe: stateless.
 */
final class Json {
    private static final int FIRST_PRINTABLE = 0x20;

    private Json() {}

    static String write(Object value) {
        var text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(Object value, StringBuilder text) {
        switch (value) {
            case Map<?, ?> map -> writeMap(map, text);
            case Iterable<?> list -> writeList(list, text);
            case Number number -> text.append(number);
            case Boolean bool -> text.append(bool);
            default -> writeText(String.valueOf(value), text);
        }
    }

    private static void writeMap(Map<?, ?> map, StringBuilder text) {
        text.append('{');
        String separator = "";
        for (var entry : map.entrySet()) {
            text.append(separator);
            writeText(String.valueOf(entry.getKey()), text);
            text.append(':');
            write(entry.getValue(), text);
            separator = ",";
        }
        text.append('}');
    }

    private static void writeList(Iterable<?> list, StringBuilder text) {
        text.append('[');
        for (Iterator<?> rest = list.iterator(); rest.hasNext(); ) {
            write(rest.next(), text);
            if (rest.hasNext()) {
                text.append(',');
            }
        }
        text.append(']');
    }

    private static void writeText(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < FIRST_PRINTABLE || (Character.isSurrogate(c) && !isPaired(value, i))) {
                        text.append("\\u%04x".formatted((int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    private static boolean isPaired(String value, int at) {
        return Character.isHighSurrogate(value.charAt(at))
                ? at + 1 < value.length() && Character.isLowSurrogate(value.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(value.charAt(at - 1));
    }
}
