package dev.millrace.protocol.codec;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.ProtocolException;
import dev.millrace.protocol.ProtocolLimits;
import java.nio.charset.StandardCharsets;

/**
 * Reads the JSON header without building a tree: known members become numbers or byte ranges, unknown ones are skipped.
 *
 * <p>Owner: one event loop; used for one header after the other. Source: docs/protocol.md, section "Header".
 */
final class JsonHeaderReader {
    private static final String[] LANGUAGES = {
        "JAVA", "CPP", "DOTNET", "PYTHON", "DELPHI", "ERLANG", "RUBY", "OTHER", "HTTP", "GO", "PHP", "OMS", "RUST",
        "NODE_JS"
    };

    private byte[] bytes = new byte[0];
    private int end;
    private int at;
    private int textStart;
    private int textEnd;
    private boolean isTextEscaped;

    void read(byte[] header, int length, HeaderFields into) {
        bytes = header;
        end = length;
        at = 0;
        int code = 0;
        int version = 0;
        int opaque = 0;
        int flag = 0;
        int language = 0;
        expect('{');
        boolean isFirst = true;
        while (!endsObject(isFirst)) {
            isFirst = false;
            readText();
            int nameStart = textStart;
            int nameLength = textEnd - textStart;
            expect(':');
            if (isName("code", nameStart, nameLength)) {
                code = integer();
            } else if (isName("opaque", nameStart, nameLength)) {
                opaque = integer();
            } else if (isName("flag", nameStart, nameLength)) {
                flag = integer();
            } else if (isName("version", nameStart, nameLength)) {
                version = integer();
            } else if (isName("language", nameStart, nameLength)) {
                language = language();
            } else if (isName("extFields", nameStart, nameLength)) {
                fields(into);
            } else if (isName("remark", nameStart, nameLength)) {
                remark(into);
            } else {
                skipValue(0);
            }
        }
        into.fixed(code, version, opaque, flag, language);
    }

    private void fields(HeaderFields into) {
        if (peek() == 'n') {
            literal("null");
            return;
        }
        expect('{');
        boolean isFirst = true;
        while (!endsObject(isFirst)) {
            isFirst = false;
            readText();
            int nameStart = textStart;
            int nameEnd = textEnd;
            expect(':');
            byte next = peek();
            if (next == '"') {
                readText();
                into.add(nameStart, nameEnd, textStart, textEnd, isTextEscaped);
            } else if (next == '{' || next == '[' || next == 'n') {
                skipValue(0);
            } else {
                int start = at;
                skipScalar();
                into.add(nameStart, nameEnd, start, at, false);
            }
        }
    }

    private void remark(HeaderFields into) {
        if (peek() != '"') {
            skipValue(0);
            return;
        }
        readText();
        if (textEnd > textStart) {
            into.remark(textStart, textEnd, isTextEscaped);
        }
    }

    private int language() {
        if (peek() != '"') {
            return integer();
        }
        readText();
        for (int i = 0; i < LANGUAGES.length; i++) {
            if (isName(LANGUAGES[i], textStart, textEnd - textStart)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isName(String name, int start, int length) {
        if (name.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[start + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean endsObject(boolean isFirst) {
        byte next = peek();
        if (next == '}') {
            at++;
            return true;
        }
        if (!isFirst) {
            expect(',');
        }
        return false;
    }

    private byte peek() {
        byte[] text = bytes;
        int i = at;
        while (i < end) {
            byte b = text[i];
            if (b > ' ' || b < 0 || !isSpace(b)) {
                at = i;
                return b;
            }
            i++;
        }
        throw new ProtocolException("JSON header ends at byte " + end + " inside a value");
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private void expect(char wanted) {
        byte found = peek();
        if (found != wanted) {
            throw new ProtocolException("JSON header has '" + (char) (found & 0xFF) + "' at byte " + at + " where '"
                    + wanted + "' belongs");
        }
        at++;
    }

    private void readText() {
        expect('"');
        byte[] text = bytes;
        int i = at;
        textStart = i;
        isTextEscaped = false;
        while (i < end && text[i] != '"') {
            if (text[i] == '\\') {
                isTextEscaped = true;
                at = i;
                i += escapeLength();
            } else {
                i++;
            }
        }
        if (i >= end) {
            throw new ProtocolException("JSON header ends inside text");
        }
        textEnd = i;
        at = i + 1;
    }

    private int escapeLength() {
        try {
            return JsonText.escapeLength(bytes, at, end);
        } catch (BadFieldException e) {
            throw new ProtocolException("JSON header at byte " + at + ": " + e.getMessage(), e);
        }
    }

    private int integer() {
        if (peek() == 'n') {
            literal("null");
            return 0;
        }
        boolean isQuoted = peek() == '"';
        at += isQuoted ? 1 : 0;
        int start = at;
        boolean isNegative = at < end && bytes[at] == '-';
        at += isNegative ? 1 : 0;
        int digits = at;
        long value = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && value <= Integer.MAX_VALUE) {
            value = value * 10 + bytes[at++] - '0';
        }
        value = isNegative ? -value : value;
        if (at == digits || value != (int) value) {
            String shown = new String(bytes, start, Math.min(end - start, 24), StandardCharsets.UTF_8);
            throw new ProtocolException("JSON header has '" + shown + "' at byte " + start + ", not an integer");
        }
        if (isQuoted) {
            expect('"');
        }
        return (int) value;
    }

    private void skipScalar() {
        int start = at;
        while (at < end && ",}] \n\r\t".indexOf(bytes[at]) < 0) {
            at++;
        }
        if (at == start) {
            throw new ProtocolException("JSON header has no value at byte " + at);
        }
    }

    private void literal(String word) {
        if (end - at < word.length() || !isName(word, at, word.length())) {
            throw new ProtocolException("JSON header has no '" + word + "' at byte " + at);
        }
        at += word.length();
    }

    private void skipValue(int depth) {
        if (depth > ProtocolLimits.JSON_DEPTH_MAX) {
            throw new ProtocolException("JSON header nests deeper than " + ProtocolLimits.JSON_DEPTH_MAX);
        }
        byte next = peek();
        if (next == '"') {
            readText();
        } else if (next == '{' || next == '[') {
            skipNested(next == '{', depth);
        } else {
            skipScalar();
        }
    }

    private void skipNested(boolean isObject, int depth) {
        char close = isObject ? '}' : ']';
        at++;
        boolean isFirst = true;
        while (peek() != close) {
            if (!isFirst) {
                expect(',');
            }
            isFirst = false;
            if (isObject) {
                readText();
                expect(':');
            }
            skipValue(depth + 1);
        }
        at++;
    }
}
