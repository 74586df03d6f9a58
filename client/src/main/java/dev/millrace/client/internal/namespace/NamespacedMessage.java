package dev.millrace.client.internal.namespace;

import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A message whose topic and queue are named as the application names them. Immutable. */
record NamespacedMessage(ReceivedMessage message, Names names) implements ReceivedMessage {
    @Override
    public String topic() {
        return names.shown(message.topic());
    }

    @Override
    public TopicQueue queue() {
        return names.shown(message.queue());
    }

    @Override
    public long queueOffset() {
        return message.queueOffset();
    }

    @Override
    public byte[] body() {
        return message.body();
    }

    @Override
    public byte[] storedBody() {
        return message.storedBody();
    }

    @Override
    public ByteBuffer bodyBuffer() {
        return message.bodyBuffer();
    }

    @Override
    public Optional<String> tag() {
        return message.tag();
    }

    @Override
    public List<String> keys() {
        return message.keys();
    }

    @Override
    public Map<String, String> properties() {
        return message.properties();
    }

    @Override
    public Optional<String> property(String name) {
        return message.property(name);
    }

    @Override
    public String messageId() {
        return message.messageId();
    }

    @Override
    public String offsetMessageId() {
        return message.offsetMessageId();
    }

    @Override
    public Instant bornTime() {
        return message.bornTime();
    }

    @Override
    public Instant storeTime() {
        return message.storeTime();
    }

    @Override
    public int timesConsumed() {
        return message.timesConsumed();
    }

    @Override
    public long position() {
        return message.position();
    }

    @Override
    public String toString() {
        return message.toString();
    }
}
