package dev.millrace.client.spring;

import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A message with topic, id and a text. */
record SampleMessage(String topic, String messageId, String text) implements ReceivedMessage {
    @Override
    public TopicQueue queue() {
        return new TopicQueue(topic, "a", 0);
    }

    @Override
    public long queueOffset() {
        return 0;
    }

    @Override
    public byte[] body() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] storedBody() {
        return body();
    }

    @Override
    public ByteBuffer bodyBuffer() {
        return ByteBuffer.wrap(body());
    }

    @Override
    public Optional<String> tag() {
        return Optional.empty();
    }

    @Override
    public List<String> keys() {
        return List.of();
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }

    @Override
    public Optional<String> property(String name) {
        return Optional.empty();
    }

    @Override
    public String offsetMessageId() {
        return messageId;
    }

    @Override
    public Instant bornTime() {
        return Instant.EPOCH;
    }

    @Override
    public Instant storeTime() {
        return Instant.EPOCH;
    }

    @Override
    public int timesConsumed() {
        return 0;
    }

    @Override
    public long position() {
        return 0;
    }
}
