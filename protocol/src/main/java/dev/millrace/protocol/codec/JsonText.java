package dev.millrace.protocol.codec;

import dev.millrace.protocol.BadFieldException;
import java.nio.charset.StandardCharsets;

/** Text inside JSON quotes, with and without escapes. Thread-safe: stateless. */
final class JsonText {
    private static final int UNICODE_ESCAPE_LENGTH = 6;

    private JsonText() {}

    /** The text between two quotes, escapes resolved. */
    static String unescape(byte[] bytes, int start, int end) {
        byte[] plain = new byte[end - start];
        int length = unescape(bytes, start, end, plain, 0);
        return new String(plain, 0, length, StandardCharsets.UTF_8);
    }

    /**
     * Resolves escapes from bytes to bytes; the result is never longer, so both may be the same place. Half of a
     * surrogate pair becomes a question mark.
     *
     * @return where the result ends
     * @throws BadFieldException at an unknown or cut escape
     */
    static int unescape(byte[] source, int start, int end, byte[] target, int targetStart) {
        int at = start;
        int to = targetStart;
        while (at < end) {
            byte b = source[at];
            if (b != '\\') {
                target[to++] = b;
                at++;
                continue;
            }
            int length = escapeLength(source, at, end);
            if (length == 2) {
                target[to++] = plain(source[at + 1]);
                at += 2;
                continue;
            }
            int c = unicode(source, at);
            at += UNICODE_ESCAPE_LENGTH;
            if (Character.isHighSurrogate((char) c) && startsLowSurrogate(source, at, end)) {
                c = Character.toCodePoint((char) c, (char) unicode(source, at));
                at += UNICODE_ESCAPE_LENGTH;
            }
            to = putUtf8(target, to, c);
        }
        return to;
    }

    /**
     * Bytes of the escape that starts at {@code at}: 2 or 6.
     *
     * @throws BadFieldException if it is none
     */
    static int escapeLength(byte[] bytes, int at, int end) {
        byte kind = at + 1 < end ? bytes[at + 1] : 0;
        switch (kind) {
            case 'n', 't', 'r', 'b', 'f', '"', '\\', '/', '\'':
                return 2;
            case 'u':
                if (at + UNICODE_ESCAPE_LENGTH <= end && unicode(bytes, at) >= 0) {
                    return UNICODE_ESCAPE_LENGTH;
                }
                throw new BadFieldException("a \\u escape of JSON text has no 4 hexadecimal digits");
            default:
                throw new BadFieldException("JSON text has a backslash before byte " + kind + "; escape it");
        }
    }

    private static byte plain(byte kind) {
        return switch (kind) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'b' -> '\b';
            case 'f' -> '\f';
            default -> kind;
        };
    }

    private static int unicode(byte[] bytes, int at) {
        int value = 0;
        for (int i = at + 2; i < at + UNICODE_ESCAPE_LENGTH; i++) {
            int digit = hexDigit(bytes[i]);
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }

    /** The digit's value, or -1 if it is none. */
    private static int hexDigit(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int letter = b | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    private static boolean startsLowSurrogate(byte[] bytes, int at, int end) {
        return at + UNICODE_ESCAPE_LENGTH <= end
                && bytes[at] == '\\'
                && bytes[at + 1] == 'u'
                && unicode(bytes, at) >= Character.MIN_LOW_SURROGATE
                && unicode(bytes, at) <= Character.MAX_LOW_SURROGATE;
    }

    private static int putUtf8(byte[] target, int at, int c) {
        int to = at;
        if (c < 0x80) {
            target[to++] = (byte) c;
        } else if (c < 0x800) {
            target[to++] = (byte) (0xC0 | c >> 6);
            target[to++] = (byte) (0x80 | c & 0x3F);
        } else if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
            target[to++] = '?';
        } else if (c < 0x10000) {
            target[to++] = (byte) (0xE0 | c >> 12);
            target[to++] = (byte) (0x80 | c >> 6 & 0x3F);
            target[to++] = (byte) (0x80 | c & 0x3F);
        } else {
            target[to++] = (byte) (0xF0 | c >> 18);
            target[to++] = (byte) (0x80 | c >> 12 & 0x3F);
            target[to++] = (byte) (0x80 | c >> 6 & 0x3F);
            target[to++] = (byte) (0x80 | c & 0x3F);
        }
        return to;
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
