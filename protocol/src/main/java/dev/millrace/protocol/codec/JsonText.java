package dev.millrace.protocol.codec;

import dev.millrace.protocol.ProtocolException;
import java.nio.charset.StandardCharsets;

/** Text inside JSON quotes, with and without escapes. Thread-safe: stateless. */
final class JsonText {
    private JsonText() {}

    /** The text between two quotes, escapes resolved. */
    static String unescape(byte[] bytes, int start, int end) {
        String raw = new String(bytes, start, end - start, StandardCharsets.UTF_8);
        StringBuilder text = new StringBuilder(raw.length());
        int at = 0;
        while (at < raw.length()) {
            char c = raw.charAt(at++);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            if (at == raw.length()) {
                throw new ProtocolException("text ends inside an escape");
            }
            char escape = raw.charAt(at++);
            if (escape == 'u') {
                text.append(unicode(raw, at));
                at += 4;
            } else {
                text.append(plain(escape));
            }
        }
        return text.toString();
    }

    private static char unicode(String raw, int at) {
        if (at + 4 > raw.length()) {
            throw new ProtocolException("text ends inside a \\u escape");
        }
        try {
            return (char) Integer.parseInt(raw, at, at + 4, 16);
        } catch (NumberFormatException e) {
            throw new ProtocolException("'\\u" + raw.substring(at, at + 4) + "' is no escape", e);
        }
    }

    private static char plain(char escape) {
        return switch (escape) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case '"', '\\', '/', '\'' -> escape;
            default -> throw new ProtocolException("'\\" + escape + "' is no escape of JSON");
        };
    }

    /** Appends the text in quotes; control characters, quotes and backslashes are escaped. */
    static void quote(StringBuilder target, String text) {
        target.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                target.append('\\').append(c);
            } else if (c < 0x20) {
                target.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                target.append(c);
            }
        }
        target.append('"');
    }
}
