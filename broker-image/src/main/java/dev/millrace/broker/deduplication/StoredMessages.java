package dev.millrace.broker.deduplication;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Looks into the log whether a message is the one with an id. Thread-safe. */
final class StoredMessages {
    private static final byte[] REAL_TOPIC = PropertyNames.REAL_TOPIC.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REAL_QUEUE = PropertyNames.REAL_QUEUE_ID.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DUE = PropertyNames.TIMER_DUE_MS.getBytes(StandardCharsets.US_ASCII);

    private volatile @Nullable MessageStore store;

    void attach(MessageStore opened) {
        store = opened;
    }

    boolean isCold(long position) {
        MessageStore opened = store;
        return opened != null && opened.isCold(position);
    }

    /**
     * What the sender of the message at a position was told; null if it is another message, or older than
     * {@code oldestMs}, or not in the log any more.
     */
    @Nullable
    Receipt receipt(long position, String topic, byte[] keyName, String key, long oldestMs) {
        MessageStore opened = store;
        if (opened == null) {
            return null;
        }
        try (LogSlice record = opened.recordAt(position).orElse(null)) {
            if (record == null || StoredMessageLayout.storeTimeMs(record.bytes(), 0) < oldestMs) {
                return null;
            }
            return key.equals(property(record.bytes(), keyName)) ? receipt(record, topic) : null;
        }
    }

    private static @Nullable Receipt receipt(LogSlice record, String topic) {
        ByteBuffer bytes = record.bytes();
        String own = topic(bytes);
        long queueOffset = StoredMessageLayout.queueOffset(bytes, 0);
        if (own.equals(topic)) {
            return new Receipt(StoredMessageLayout.queueId(bytes, 0), queueOffset, record.position(), 0);
        }
        if (!topic.equals(property(bytes, REAL_TOPIC))) {
            return null;
        }
        long queueId = number(property(bytes, REAL_QUEUE));
        long dueMs = own.equals(TopicNames.TIMER) ? Math.max(0, number(property(bytes, DUE))) : 0;
        return queueId < 0 ? null : new Receipt((int) queueId, queueOffset, record.position(), dueMs);
    }

    private static String topic(ByteBuffer bytes) {
        byte[] topic = new byte[StoredMessageLayout.topicLength(bytes, 0)];
        bytes.get(StoredMessageLayout.topicStart(bytes, 0), topic);
        return new String(topic, StandardCharsets.UTF_8);
    }

    private static @Nullable String property(ByteBuffer bytes, byte[] name) {
        return MessageProperties.value(
                bytes,
                StoredMessageLayout.propertiesStart(bytes, 0),
                StoredMessageLayout.propertiesLength(bytes, 0),
                name);
    }

    private static long number(@Nullable String text) {
        try {
            return text == null ? -1 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
