package dev.millrace.protocol.codec;

import dev.millrace.protocol.ProtocolVersion;
import dev.millrace.protocol.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes one header after the other into the same growing array, in either serialisation: {@link #begin}, fields,
 * {@link #end}. Null and empty values are left out.
 *
 * <p>Owner: one event loop. {@code // hot path}: allocates nothing once the array has grown.
 */
public final class HeaderWriter {
    private static final int MIN_LONG_DIGITS = 20;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes = new byte[1024];
    private int at;
    private Serialization serialization = Serialization.JSON;
    private int fieldsStart;
    private boolean isFirstField;

    /**
     * Starts a header.
     *
     * @param flag bit 0: a response; bit 1: one-way
     */
    public HeaderWriter begin(Serialization type, int code, int opaque, int flag, @Nullable String remark) {
        serialization = type;
        at = 0;
        isFirstField = true;
        if (type == Serialization.JSON) {
            beginJson(code, opaque, flag, remark);
        } else {
            beginBinary(code, opaque, flag, remark);
        }
        return this;
    }

    private void beginJson(int code, int opaque, int flag, @Nullable String remark) {
        ascii("{\"code\":");
        digits(code);
        ascii(",\"flag\":");
        digits(flag);
        ascii(",\"language\":\"JAVA\",\"opaque\":");
        digits(opaque);
        ascii(",\"serializeTypeCurrentRPC\":\"JSON\",\"version\":");
        digits(ProtocolVersion.OURS);
        if (remark != null && !remark.isEmpty()) {
            ascii(",\"remark\":\"");
            jsonText(remark);
            put('"');
        }
        ascii(",\"extFields\":{");
    }

    private void beginBinary(int code, int opaque, int flag, @Nullable String remark) {
        putShort(code);
        put(0);
        putShort(ProtocolVersion.OURS);
        putInt(opaque);
        putInt(flag);
        byte[] text = remark == null ? new byte[0] : remark.getBytes(StandardCharsets.UTF_8);
        putInt(text.length);
        putBytes(text, 0, text.length);
        fieldsStart = at;
        putInt(0);
    }

    public HeaderWriter field(String name, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return this;
        }
        if (serialization == Serialization.JSON) {
            jsonName(name);
            put('"');
            jsonText(value);
            put('"');
        } else {
            int lengthAt = binaryName(name);
            utf8(value);
            patchInt(lengthAt, at - lengthAt - Integer.BYTES);
        }
        return this;
    }

    /** A field whose value is UTF-8 text of {@code length} bytes. */
    public HeaderWriter field(String name, byte[] value, int start, int length) {
        if (length == 0) {
            return this;
        }
        if (serialization == Serialization.JSON) {
            jsonName(name);
            put('"');
            jsonBytes(value, start, length);
            put('"');
        } else {
            binaryName(name);
            patchInt(at - Integer.BYTES, length);
            putBytes(value, start, length);
        }
        return this;
    }

    public HeaderWriter field(String name, long value) {
        if (serialization == Serialization.JSON) {
            jsonName(name);
            put('"');
            digits(value);
            put('"');
        } else {
            int lengthAt = binaryName(name);
            digits(value);
            patchInt(lengthAt, at - lengthAt - Integer.BYTES);
        }
        return this;
    }

    public HeaderWriter field(String name, boolean value) {
        return field(name, value ? "true" : "false");
    }

    /** Ends the header and gives its length in bytes; it stands in {@link #array()} from 0. */
    public int end() {
        if (serialization == Serialization.JSON) {
            put('}');
            put('}');
        } else {
            patchInt(fieldsStart, at - fieldsStart - Integer.BYTES);
        }
        return at;
    }

    /** The bytes, valid until the next {@link #begin}. */
    public byte[] array() {
        return bytes;
    }

    private void jsonName(String name) {
        if (!isFirstField) {
            put(',');
        }
        isFirstField = false;
        put('"');
        ascii(name);
        put('"');
        put(':');
    }

    private int binaryName(String name) {
        putShort(name.length());
        ascii(name);
        int lengthAt = at;
        putInt(0);
        return lengthAt;
    }

    private void jsonText(String text) {
        int length = text.length();
        room(length);
        byte[] target = bytes;
        int to = at;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') {
                at = to;
                byte[] rest = text.substring(i).getBytes(StandardCharsets.UTF_8);
                jsonBytes(rest, 0, rest.length);
                return;
            }
            target[to++] = (byte) c;
        }
        at = to;
    }

    private void jsonBytes(byte[] source, int start, int length) {
        for (int i = start; i < start + length; i++) {
            jsonByte(source[i]);
        }
    }

    private void jsonByte(byte b) {
        if (b == '"' || b == '\\') {
            put('\\');
            put(b);
        } else if (b >= 0 && b < 0x20) {
            ascii("\\u00");
            put(HEX[b >> 4]);
            put(HEX[b & 15]);
        } else {
            put(b);
        }
    }

    private void utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                byte[] rest = text.substring(i).getBytes(StandardCharsets.UTF_8);
                putBytes(rest, 0, rest.length);
                return;
            }
            put(text.charAt(i));
        }
    }

    private void ascii(String text) {
        int length = text.length();
        room(length);
        byte[] target = bytes;
        int to = at;
        for (int i = 0; i < length; i++) {
            target[to++] = (byte) text.charAt(i);
        }
        at = to;
    }

    private void digits(long value) {
        room(MIN_LONG_DIGITS);
        if (value == Long.MIN_VALUE) {
            ascii(Long.toString(value));
            return;
        }
        long rest = value;
        if (rest < 0) {
            bytes[at++] = '-';
            rest = -rest;
        }
        int end = at;
        do {
            bytes[end++] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        for (int left = at, right = end - 1; left < right; left++, right--) {
            byte swap = bytes[left];
            bytes[left] = bytes[right];
            bytes[right] = swap;
        }
        at = end;
    }

    private void put(int b) {
        room(1);
        bytes[at++] = (byte) b;
    }

    private void putShort(int value) {
        put(value >> 8);
        put(value);
    }

    private void putInt(int value) {
        room(Integer.BYTES);
        at += Integer.BYTES;
        patchInt(at - Integer.BYTES, value);
    }

    private void patchInt(int index, int value) {
        bytes[index] = (byte) (value >> 24);
        bytes[index + 1] = (byte) (value >> 16);
        bytes[index + 2] = (byte) (value >> 8);
        bytes[index + 3] = (byte) value;
    }

    private void putBytes(byte[] source, int start, int length) {
        room(length);
        System.arraycopy(source, start, bytes, at, length);
        at += length;
    }

    private void room(int wanted) {
        if (at + wanted > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, at + wanted));
        }
    }
}
