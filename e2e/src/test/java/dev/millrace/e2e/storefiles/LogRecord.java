package dev.millrace.e2e.storefiles;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * A record of the commit log with IPv4 hosts. Big endian:
 *
 * <pre>
 *  0 4 size            20 8 queue offset      48 8 born host        76 8 prepared position
 *  4 4 magic           28 8 position          56 8 store time       84 4 body length, body
 *  8 4 CRC of the body 36 4 system flag       64 8 store host        . 1 topic length, topic
 * 12 4 queue id        40 8 born time         72 4 reconsume times   . 2 properties length, properties
 * 16 4 flag
 * </pre>
 *
 * <p>Thread-safe: immutable.
 *
 * @param bodyHex the body in hexadecimal
 * @param properties names and values in the order they stand
 */
public record LogRecord(
        long position,
        int size,
        int queueId,
        int flag,
        long queueOffset,
        int sysFlag,
        String topic,
        String bodyHex,
        Map<String, String> properties) {

    private static final int MAGIC = 0xDAA320A7;
    private static final int BLANK_MAGIC = 0xCBD43194;
    private static final int FIXED_LENGTH = 88;
    private static final int CRC_MASK = 0x7FFFFFFF;

    /** Whether a record stands at {@code at}. */
    static boolean isAt(ByteBuffer log, int at) {
        return at + FIXED_LENGTH <= log.limit() && log.getInt(at + 4) == MAGIC;
    }

    static boolean isBlankAt(ByteBuffer log, int at) {
        return at + 8 <= log.limit() && log.getInt(at + 4) == BLANK_MAGIC;
    }

    /** Reads the record at {@code at} and checks its length, its checksum and its own position. */
    static LogRecord read(ByteBuffer log, int at, long fileBase) {
        int size = log.getInt(at);
        int bodyLength = log.getInt(at + FIXED_LENGTH - 4);
        byte[] body = bytes(log, at + FIXED_LENGTH, bodyLength);
        int topicAt = at + FIXED_LENGTH + bodyLength;
        int topicLength = log.get(topicAt);
        String topic = new String(bytes(log, topicAt + 1, topicLength), UTF_8);
        int propertiesAt = topicAt + 1 + topicLength;
        int propertiesLength = log.getShort(propertiesAt);
        String properties = new String(bytes(log, propertiesAt + 2, propertiesLength), UTF_8);
        long position = fileBase + at;
        check(propertiesAt + 2 + propertiesLength - at, size, "size", position);
        check(crc(body), log.getInt(at + 8), "body checksum", position);
        check(position, log.getLong(at + 28), "position", position);
        return new LogRecord(
                position,
                size,
                log.getInt(at + 12),
                log.getInt(at + 16),
                log.getLong(at + 20),
                log.getInt(at + 36),
                topic,
                HexFormat.of().formatHex(body),
                parse(properties));
    }

    private static void check(long expected, long found, String field, long position) {
        if (expected != found) {
            throw new AssertionError("record at " + position + " has " + field + " " + found + ", must be " + expected);
        }
    }

    private static byte[] bytes(ByteBuffer buffer, int at, int length) {
        byte[] bytes = new byte[length];
        buffer.get(at, bytes);
        return bytes;
    }

    private static int crc(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return (int) crc.getValue() & CRC_MASK;
    }

    private static Map<String, String> parse(String text) {
        Map<String, String> properties = new LinkedHashMap<>();
        int start = 0;
        while (start < text.length()) {
            int separator = text.indexOf('\u0001', start);
            int found = text.indexOf('\u0002', separator);
            int end = found < 0 ? text.length() : found;
            properties.put(text.substring(start, separator), text.substring(separator + 1, end));
            start = end + 1;
        }
        return properties;
    }

    /** The keys an index must lead from: the unique one and each user key. */
    List<String> indexKeys() {
        List<String> keys = new ArrayList<>();
        if (properties.containsKey("UNIQ_KEY")) {
            keys.add(properties.get("UNIQ_KEY"));
        }
        keys.addAll(Collections.list(new StringTokenizer(properties.getOrDefault("KEYS", ""), " ")).stream()
                .map(Object::toString)
                .toList());
        return keys;
    }

    /**
     * What two servers must write alike for the same send: no place, no time, no random id. Properties have no order:
     * Apache's broker writes them as its hash map has them.
     */
    public String comparable() {
        Map<String, String> alike = new TreeMap<>(properties);
        alike.replaceAll((name, value) -> name.equals("UNIQ_KEY") ? "*" : value);
        return topic + " " + queueId + "@" + queueOffset + " flags " + flag + "/" + sysFlag + " " + alike + " "
                + bodyHex;
    }
}
