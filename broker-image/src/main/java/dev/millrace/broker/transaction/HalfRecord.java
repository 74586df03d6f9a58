package dev.millrace.broker.transaction;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a half message's record.
 *
 * <p>Thread-safe: immutable, if nobody writes to the bytes.
 */
record HalfRecord(long position, ByteBuffer bytes) {

    /** The half message at a position; empty if there is no record, or another one. */
    static Optional<HalfRecord> read(MessageStore store, long position) {
        if (position < store.minPosition() || position >= store.maxPosition()) {
            return Optional.empty();
        }
        Optional<LogSlice> found = store.recordAt(position);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (LogSlice slice = found.get()) {
            ByteBuffer view = slice.bytes();
            ByteBuffer copy = ByteBuffer.allocate(view.limit()).put(0, view, 0, view.limit());
            HalfRecord record = new HalfRecord(position, copy);
            return record.topic().equals(TopicNames.HALF) ? Optional.of(record) : Optional.empty();
        }
    }

    private String topic() {
        byte[] topic = new byte[StoredMessageLayout.topicLength(bytes, 0)];
        bytes.get(StoredMessageLayout.topicStart(bytes, 0), topic);
        return new String(topic, StandardCharsets.UTF_8);
    }

    long queueOffset() {
        return StoredMessageLayout.queueOffset(bytes, 0);
    }

    long bornTimeMs() {
        return StoredMessageLayout.bornTimeMs(bytes, 0);
    }

    @Nullable
    String property(String name) {
        return MessageProperties.value(
                bytes,
                StoredMessageLayout.propertiesStart(bytes, 0),
                StoredMessageLayout.propertiesLength(bytes, 0),
                name.getBytes(StandardCharsets.US_ASCII));
    }

    Map<String, String> properties() {
        return MessageProperties.decode(
                bytes, StoredMessageLayout.propertiesStart(bytes, 0), StoredMessageLayout.propertiesLength(bytes, 0));
    }

    ByteBuffer propertyBytes() {
        return bytes.slice(
                StoredMessageLayout.propertiesStart(bytes, 0), StoredMessageLayout.propertiesLength(bytes, 0));
    }

    ByteBuffer body() {
        return bytes.slice(StoredMessageLayout.bodyStart(bytes, 0), StoredMessageLayout.bodyLength(bytes, 0));
    }

    int systemFlag() {
        return StoredMessageLayout.systemFlag(bytes, 0);
    }

    byte[] bornHost() {
        byte[] host = new byte[StoredMessageLayout.bornHostLength(systemFlag())];
        bytes.get(StoredMessageLayout.BORN_HOST_OFFSET, host);
        return host;
    }
}
