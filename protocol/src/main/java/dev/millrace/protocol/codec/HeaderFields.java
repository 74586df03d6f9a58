package dev.millrace.protocol.codec;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.ProtocolException;
import dev.millrace.protocol.ProtocolLimits;
import dev.millrace.protocol.Serialization;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of one frame, read in place: fixed fields as numbers, extension fields as ranges of the header's bytes that
 * are turned into values when asked for. One instance serves all frames of an event loop, one after the other.
 *
 * <p>Owner: one event loop; valid until the handler of the frame returns. {@code // hot path}: parsing
 * allocates nothing once the arrays have grown.
 */
public final class HeaderFields {
    private static final int RESPONSE_BIT = 1;
    private static final int ONE_WAY_BIT = 2;

    private final NameCache names = new NameCache();
    private final JsonHeaderReader json = new JsonHeaderReader();
    /** Where fields with names of one letter stand in {@code ranges}, plus one: the names of the send requests. */
    private final int[] letters = new int[26];

    private byte[] bytes = new byte[1024];
    private int[] ranges = new int[4 * 32];
    private int count;
    private Serialization serialization = Serialization.JSON;
    private int code;
    private int version;
    private int opaque;
    private int flag;
    private int language;
    private int remarkStart;
    private int remarkEnd;
    private boolean isRemarkEscaped;

    /**
     * Reads the header of {@code length} bytes at index {@code start} of the buffer.
     *
     * @throws ProtocolException if the bytes are no header; the connection can't be trusted any more
     */
    public void parse(int serializeType, ByteBuffer source, int start, int length) {
        if (length > ProtocolLimits.HEADER_BYTES_MAX) {
            throw new ProtocolException("header of " + length + " bytes is over the limit of "
                    + ProtocolLimits.HEADER_BYTES_MAX + "; send fewer or shorter fields");
        }
        if (bytes.length < length) {
            bytes = new byte[Math.max(length, bytes.length * 2)];
        }
        source.get(start, bytes, 0, length);
        reset();
        if (serializeType == Serialization.JSON.number()) {
            serialization = Serialization.JSON;
            json.read(bytes, length, this);
        } else if (serializeType == Serialization.ROCKETMQ.number()) {
            serialization = Serialization.ROCKETMQ;
            BinaryHeaderReader.read(bytes, length, this);
        } else {
            throw new ProtocolException(
                    "serialisation type " + serializeType + " is neither 0 (JSON) nor 1 (ROCKETMQ)");
        }
    }

    private void reset() {
        count = 0;
        Arrays.fill(letters, 0);
        code = 0;
        version = 0;
        opaque = 0;
        flag = 0;
        language = 0;
        remarkStart = -1;
        remarkEnd = -1;
        isRemarkEscaped = false;
    }

    void fixed(int newCode, int newVersion, int newOpaque, int newFlag, int newLanguage) {
        code = newCode;
        version = newVersion;
        opaque = newOpaque;
        flag = newFlag;
        language = newLanguage;
    }

    void remark(int start, int end, boolean isEscaped) {
        remarkStart = start;
        remarkEnd = end;
        isRemarkEscaped = isEscaped;
    }

    /** Adds a field; an escaped value's end is stored negated. */
    void add(int nameStart, int nameEnd, int valueStart, int valueEnd, boolean isEscaped) {
        if (count == ProtocolLimits.HEADER_FIELDS_MAX) {
            throw new ProtocolException("header has more than " + ProtocolLimits.HEADER_FIELDS_MAX + " fields");
        }
        int at = count * 4;
        if (at == ranges.length) {
            ranges = Arrays.copyOf(ranges, at * 2);
        }
        ranges[at] = nameStart;
        ranges[at + 1] = nameEnd;
        ranges[at + 2] = valueStart;
        ranges[at + 3] = isEscaped ? -valueEnd : valueEnd;
        count++;
        if (nameEnd - nameStart == 1 && bytes[nameStart] >= 'a' && bytes[nameStart] <= 'z') {
            letters[bytes[nameStart] - 'a'] = at + 1;
        }
    }

    public Serialization serialization() {
        return serialization;
    }

    /** The request code, or the response code of a response. */
    public int code() {
        return code;
    }

    /** The sender's protocol version, see {@link dev.millrace.protocol.ProtocolVersion}. */
    public int version() {
        return version;
    }

    /** The number by which request and response find each other. */
    public int opaque() {
        return opaque;
    }

    public int flag() {
        return flag;
    }

    /** Number of the sender's language, 0 for Java. */
    public int language() {
        return language;
    }

    public boolean isResponse() {
        return (flag & RESPONSE_BIT) != 0;
    }

    public boolean isOneWay() {
        return (flag & ONE_WAY_BIT) != 0;
    }

    public @Nullable String remark() {
        if (remarkStart < 0) {
            return null;
        }
        if (isRemarkEscaped) {
            remarkEnd = JsonText.unescape(bytes, remarkStart, remarkEnd, bytes, remarkStart);
            isRemarkEscaped = false;
        }
        return decode(remarkStart, remarkEnd);
    }

    /** The field as text, or null if it is absent. */
    public @Nullable String text(String name) {
        int at = find(name);
        return at < 0 ? null : decode(ranges[at + 2], valueEnd(at));
    }

    public String requiredText(String name) {
        String text = text(name);
        if (text == null) {
            throw missing(name);
        }
        return text;
    }

    /** The field as a name that often repeats, without a copy; null if it is absent. */
    public @Nullable String name(String name) {
        int at = find(name);
        if (at < 0) {
            return null;
        }
        int end = valueEnd(at);
        return names.name(bytes, ranges[at + 2], end - ranges[at + 2]);
    }

    public String requiredName(String name) {
        String text = name(name);
        if (text == null) {
            throw missing(name);
        }
        return text;
    }

    public boolean has(String name) {
        return find(name) >= 0;
    }

    /** Whether the field is there and not empty. */
    boolean hasValue(String name) {
        int at = find(name);
        return at >= 0 && ranges[at + 2] != ranges[at + 3];
    }

    /** The field as a number; what {@code absent} says if it is absent or empty. */
    public long longOr(String name, long absent) {
        int at = find(name);
        return at < 0 || ranges[at + 2] == ranges[at + 3] ? absent : number(name, at);
    }

    public long requiredLong(String name) {
        int at = find(name);
        if (at < 0) {
            throw missing(name);
        }
        return number(name, at);
    }

    public int intOr(String name, int absent) {
        return narrow(name, longOr(name, absent));
    }

    public int requiredInt(String name) {
        return narrow(name, requiredLong(name));
    }

    public boolean booleanOr(String name, boolean absent) {
        int at = find(name);
        return at < 0 ? absent : isTrue(ranges[at + 2], Math.abs(ranges[at + 3]));
    }

    private boolean isTrue(int start, int end) {
        return end - start == 4
                && (bytes[start] | 0x20) == 't'
                && (bytes[start + 1] | 0x20) == 'r'
                && (bytes[start + 2] | 0x20) == 'u'
                && (bytes[start + 3] | 0x20) == 'e';
    }

    /** The field's UTF-8 bytes as a view that is valid as long as this header is; an empty buffer if it is absent. */
    public ByteBuffer bytes(String name) {
        int at = find(name);
        if (at < 0) {
            return ByteBuffer.allocate(0);
        }
        int end = valueEnd(at);
        return ByteBuffer.wrap(bytes, ranges[at + 2], end - ranges[at + 2]);
    }

    /** All fields, copied. */
    public Map<String, String> toMap() {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            int at = i * 4;
            map.put(decode(ranges[at], ranges[at + 1]), decode(ranges[at + 2], valueEnd(at)));
        }
        return map;
    }

    private static BadFieldException missing(String name) {
        return new BadFieldException("header field '" + name + "' is missing; send it");
    }

    private static int narrow(String name, long value) {
        if (value != (int) value) {
            throw new BadFieldException("header field '" + name + "' is " + value + ", outside a 32-bit integer");
        }
        return (int) value;
    }

    private int find(String name) {
        int length = name.length();
        if (length == 1 && name.charAt(0) >= 'a' && name.charAt(0) <= 'z') {
            return letters[name.charAt(0) - 'a'] - 1;
        }
        for (int i = 0; i < count; i++) {
            int at = i * 4;
            if (ranges[at + 1] - ranges[at] == length && isAt(name, ranges[at])) {
                return at;
            }
        }
        return -1;
    }

    private boolean isAt(String name, int start) {
        for (int i = 0; i < name.length(); i++) {
            if (bytes[start + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private long number(String name, int at) {
        int start = ranges[at + 2];
        int end = Math.abs(ranges[at + 3]);
        boolean isNegative = start < end && bytes[start] == '-';
        int i = isNegative ? start + 1 : start;
        if (i == end || end - i > 19) {
            throw noNumber(name, start, end);
        }
        long value = 0;
        for (; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                throw noNumber(name, start, end);
            }
            value = value * 10 - digit; // negative: Long.MIN_VALUE has no positive twin
            if (value > 0) {
                throw noNumber(name, start, end);
            }
        }
        if (!isNegative && value == Long.MIN_VALUE) {
            throw noNumber(name, start, end);
        }
        return isNegative ? value : -value;
    }

    private BadFieldException noNumber(String name, int start, int end) {
        String shown = decode(start, Math.min(end, start + 32));
        return new BadFieldException("header field '" + name + "' is '" + shown + "', not a whole 64-bit number");
    }

    /** Where the value ends, with its escapes resolved in place: the reader has checked them. */
    private int valueEnd(int at) {
        if (ranges[at + 3] < 0) {
            ranges[at + 3] = JsonText.unescape(bytes, ranges[at + 2], -ranges[at + 3], bytes, ranges[at + 2]);
        }
        return ranges[at + 3];
    }

    private String decode(int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }
}
