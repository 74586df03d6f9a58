package dev.millrace.store.dispatch;

import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.protocol.message.TagHash;
import dev.millrace.store.LogRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes one record apart as far as queues and index need it, in one pass and without objects.
 *
 * <p>Owner: the dispatch thread, or the opening thread during recovery; the answers are those of the last
 * {@link #parse}.
 */
// hot path
public final class RecordParser implements LogRecord {
    private static final byte NAME_END = 1;
    private static final byte VALUE_END = 2;
    private static final byte[] TAGS = PropertyNames.TAGS.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEYS = PropertyNames.KEYS.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UNIQUE_KEY = PropertyNames.UNIQUE_KEY.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DELAY = PropertyNames.DELAY.getBytes(StandardCharsets.US_ASCII);
    private static final int NUMBER_DIGITS_MAX = 9;

    /** Topic and properties, copied: reading single bytes of an array is cheaper than of a mapping. */
    private byte[] text = new byte[4096];

    private ByteBuffer textBuffer = ByteBuffer.wrap(text);
    private ByteBuffer source = textBuffer;
    private int start;
    private int size;
    private int queueId;
    private int systemFlag;
    private long storeTimeMs;
    private long position;
    private int textLength;
    private int topicLength;
    /** Where a value stands in {@code text}: its start, then its length in the lower half; 0 without one. */
    private long tags;

    private long keys;
    private long uniqueKey;
    private int delayLevel;

    /** Reads the record at a byte of a buffer, {@code at} bytes behind its start; its sizes must agree. */
    public void parse(ByteBuffer buffer, int at, long recordPosition) {
        source = buffer;
        start = at;
        position = recordPosition;
        size = StoredMessageLayout.totalSize(buffer, at);
        queueId = StoredMessageLayout.queueId(buffer, at);
        systemFlag = StoredMessageLayout.systemFlag(buffer, at);
        storeTimeMs = buffer.getLong(at + StoredMessageLayout.storeTimeOffset(systemFlag));
        int bodyLengthAt = at + StoredMessageLayout.bodyLengthOffset(systemFlag);
        int topicLengthAt = bodyLengthAt + Integer.BYTES + buffer.getInt(bodyLengthAt);
        boolean isLong = StoredMessageLayout.magic(buffer, at) == StoredMessageLayout.MAGIC_V2;
        topicLength = isLong ? buffer.getShort(topicLengthAt) & 0xFFFF : buffer.get(topicLengthAt) & 0xFF;
        int topicAt = topicLengthAt + (isLong ? 2 : 1);
        textLength = at + size - topicAt;
        if (textLength > text.length) {
            text = new byte[Math.max(textLength, 2 * text.length)];
            textBuffer = ByteBuffer.wrap(text);
        }
        buffer.get(topicAt, text, 0, textLength);
        parseProperties(topicLength + Short.BYTES, textLength);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long preparedPosition() {
        return source.getLong(start + StoredMessageLayout.preparedPositionOffset(systemFlag));
    }

    @Override
    public long bornTimeMs() {
        return StoredMessageLayout.bornTimeMs(source, start);
    }

    @Override
    public byte[] body() {
        byte[] body = new byte[StoredMessageLayout.bodyLength(source, start)];
        source.get(StoredMessageLayout.bodyStart(source, start), body);
        return body;
    }

    @Override
    public @Nullable String property(byte[] name) {
        int nameAt = topicLength + Short.BYTES;
        while (nameAt < textLength) {
            int split = find(NAME_END, nameAt, textLength);
            int valueEnd = find(VALUE_END, nameAt, textLength);
            if (split < valueEnd && isName(name, nameAt, split - nameAt)) {
                return new String(text, split + 1, valueEnd - split - 1, StandardCharsets.UTF_8);
            }
            nameAt = valueEnd + 1;
        }
        return null;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int queueId() {
        return queueId;
    }

    @Override
    public long queueOffset() {
        return StoredMessageLayout.queueOffset(source, start);
    }

    @Override
    public int systemFlag() {
        return systemFlag;
    }

    public boolean isRolledBack() {
        return (systemFlag & SystemFlags.TRANSACTION_MASK) == SystemFlags.TRANSACTION_ROLLBACK;
    }

    @Override
    public long storeTimeMs() {
        return storeTimeMs;
    }

    @Override
    public String topic() {
        return new String(text, 0, topicLength, StandardCharsets.UTF_8);
    }

    @Override
    public boolean isTopic(byte[] utf8) {
        return Arrays.equals(text, 0, topicLength, utf8, 0, utf8.length);
    }

    /** A hash of topic and queue id for lookups. */
    public int queueHash() {
        int hash = queueId;
        for (int i = 0; i < topicLength; i++) {
            hash = 31 * hash + text[i];
        }
        return hash;
    }

    /** Hash of the tag, 0 without one. */
    public long tagHash() {
        return tags == 0 ? 0 : TagHash.of(textBuffer, start(tags), (int) tags, 0);
    }

    /** Delay level, 0 without one. */
    public int delayLevel() {
        return delayLevel;
    }

    public boolean hasUniqueKey() {
        return uniqueKey != 0;
    }

    /** Hash of the unique key as it goes on from {@code seed}. */
    public int uniqueKeyHash(int seed) {
        return TagHash.of(textBuffer, start(uniqueKey), (int) uniqueKey, seed);
    }

    /** Moves to the next of the keys: call with 0 first, then with the last answer; -1 after the last key. */
    public int nextKeyEnd(int previousEnd) {
        int at = previousEnd == 0 ? start(keys) : previousEnd;
        int end = start(keys) + (int) keys;
        while (at < end && text[at] == ' ') {
            at++;
        }
        if (at >= end) {
            return -1;
        }
        while (at < end && text[at] != ' ') {
            at++;
        }
        return at;
    }

    /** Hash of the key that ends at {@code end}, an answer of {@link #nextKeyEnd}, as it goes on from {@code seed}. */
    public int keyHash(int end, int seed) {
        int start = end;
        while (start > start(keys) && text[start - 1] != ' ') {
            start--;
        }
        return TagHash.of(textBuffer, start, end - start, seed);
    }

    private static long span(int start, int length) {
        return (long) start << Integer.SIZE | length;
    }

    private static int start(long span) {
        return (int) (span >>> Integer.SIZE);
    }

    private void parseProperties(int from, int end) {
        tags = 0;
        keys = 0;
        uniqueKey = 0;
        delayLevel = 0;
        int nameAt = from;
        while (nameAt < end) {
            int split = find(NAME_END, nameAt, end);
            int valueEnd = find(VALUE_END, nameAt, end);
            if (split < valueEnd - 1) {
                take(nameAt, split - nameAt, split + 1, valueEnd - split - 1);
            }
            nameAt = valueEnd + 1;
        }
    }

    private int find(byte wanted, int from, int end) {
        int at = from;
        while (at < end && text[at] != wanted) {
            at++;
        }
        return at;
    }

    private void take(int nameAt, int nameLength, int valueAt, int valueLength) {
        if (nameLength < 4 || nameLength > 8) {
            return;
        }
        if (isName(TAGS, nameAt, nameLength)) {
            tags = span(valueAt, valueLength);
        } else if (isName(KEYS, nameAt, nameLength)) {
            keys = span(valueAt, valueLength);
        } else if (isName(UNIQUE_KEY, nameAt, nameLength)) {
            uniqueKey = span(valueAt, valueLength);
        } else if (isName(DELAY, nameAt, nameLength)) {
            delayLevel = number(valueAt, valueLength);
        }
    }

    private boolean isName(byte[] name, int at, int length) {
        return length == name.length && Arrays.equals(text, at, at + length, name, 0, length);
    }

    private int number(int at, int length) {
        int value = 0;
        for (int i = 0; i < length; i++) {
            int digit = text[at + i] - '0';
            if (digit < 0 || digit > 9 || length > NUMBER_DIGITS_MAX) {
                return 0;
            }
            value = 10 * value + digit;
        }
        return value;
    }
}
