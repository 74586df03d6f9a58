package dev.millrace.client.internal.message;

import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.compression.Bodies;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.message.SystemFlags;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One record inside the bytes of an answer. Immutable; the bytes are never written again. */
final class RecordView implements ReceivedMessage {
    private static final byte[] RETRY_TOPIC = PropertyNames.RETRY_TOPIC.getBytes(StandardCharsets.UTF_8);
    private static final byte[] UNIQUE_KEY = PropertyNames.UNIQUE_KEY.getBytes(StandardCharsets.UTF_8);
    private static final byte[] TAGS = PropertyNames.TAGS.getBytes(StandardCharsets.UTF_8);

    private final ByteBuffer records;
    private final int at;
    private final TopicQueue queue;
    private final @Nullable String topic;

    /** @param topic the topic to show, or null: found out when asked for */
    RecordView(ByteBuffer records, int at, TopicQueue queue, @Nullable String topic) {
        this.records = records;
        this.at = at;
        this.queue = queue;
        this.topic = topic;
    }

    @Override
    public String topic() {
        if (topic != null) {
            return topic;
        }
        String original = value(RETRY_TOPIC);
        return original == null ? queue.topic() : original;
    }

    @Override
    public TopicQueue queue() {
        return queue;
    }

    @Override
    public long queueOffset() {
        return StoredMessageLayout.queueOffset(records, at);
    }

    @Override
    public byte[] storedBody() {
        byte[] body = new byte[StoredMessageLayout.bodyLength(records, at)];
        records.get(StoredMessageLayout.bodyStart(records, at), body);
        return body;
    }

    @Override
    public byte[] body() {
        byte[] body = storedBody();
        int flag = StoredMessageLayout.systemFlag(records, at);
        return SystemFlags.isCompressed(flag) ? Bodies.decompress(body, flag) : body;
    }

    @Override
    public ByteBuffer bodyBuffer() {
        if (SystemFlags.isCompressed(StoredMessageLayout.systemFlag(records, at))) {
            return ByteBuffer.wrap(body()).asReadOnlyBuffer();
        }
        int length = StoredMessageLayout.bodyLength(records, at);
        return records.slice(StoredMessageLayout.bodyStart(records, at), length).asReadOnlyBuffer();
    }

    @Override
    public Optional<String> tag() {
        return Optional.ofNullable(value(TAGS));
    }

    @Override
    public List<String> keys() {
        return property(PropertyNames.KEYS)
                .map(keys -> List.of(keys.split(" ", -1)))
                .orElse(List.of());
    }

    @Override
    public Map<String, String> properties() {
        return MessageProperties.decode(
                records,
                StoredMessageLayout.propertiesStart(records, at),
                StoredMessageLayout.propertiesLength(records, at));
    }

    @Override
    public Optional<String> property(String name) {
        return Optional.ofNullable(value(name.getBytes(StandardCharsets.UTF_8)));
    }

    private @Nullable String value(byte[] name) {
        return MessageProperties.value(
                records,
                StoredMessageLayout.propertiesStart(records, at),
                StoredMessageLayout.propertiesLength(records, at),
                name);
    }

    @Override
    public String messageId() {
        String unique = value(UNIQUE_KEY);
        return unique == null ? offsetMessageId() : unique;
    }

    @Override
    public String offsetMessageId() {
        int flag = StoredMessageLayout.systemFlag(records, at);
        byte[] host = new byte[StoredMessageLayout.storeHostLength(flag)];
        records.get(at + StoredMessageLayout.storeHostOffset(flag), host);
        return OffsetMessageId.of(host, position());
    }

    @Override
    public Instant bornTime() {
        return Instant.ofEpochMilli(StoredMessageLayout.bornTimeMs(records, at));
    }

    @Override
    public Instant storeTime() {
        return Instant.ofEpochMilli(StoredMessageLayout.storeTimeMs(records, at));
    }

    @Override
    public int timesConsumed() {
        return StoredMessageLayout.timesConsumed(records, at);
    }

    @Override
    public long position() {
        return StoredMessageLayout.position(records, at);
    }

    @Override
    public String toString() {
        return "ReceivedMessage[" + queue + ", queueOffset=" + queueOffset() + ", messageId=" + messageId() + "]";
    }
}
