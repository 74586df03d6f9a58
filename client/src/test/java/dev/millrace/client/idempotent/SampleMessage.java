package dev.millrace.client.idempotent;

import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A message with only what identities look at. */
record SampleMessage(String topic, String offsetMessageId, Map<String, String> properties) implements ReceivedMessage {
    static SampleMessage withId(String uniqueId) {
        return new SampleMessage("orders", "offset-" + uniqueId, Map.of("UNIQ_KEY", uniqueId));
    }

    SampleMessage with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(properties);
        more.put(name, value);
        return new SampleMessage(topic, offsetMessageId, more);
    }

    @Override
    public TopicQueue queue() {
        return new TopicQueue(topic, "a", 0);
    }

    @Override
    public long queueOffset() {
        return 0;
    }

    @Override
    public byte[] storedBody() {
        return body();
    }

    @Override
    public byte[] body() {
        return new byte[0];
    }

    @Override
    public ByteBuffer bodyBuffer() {
        return ByteBuffer.allocate(0);
    }

    @Override
    public Optional<String> tag() {
        return property("TAGS");
    }

    @Override
    public List<String> keys() {
        return property("KEYS").map(keys -> List.of(keys.split(" ", -1))).orElse(List.of());
    }

    @Override
    public Optional<String> property(String name) {
        return Optional.ofNullable(properties.get(name));
    }

    @Override
    public String messageId() {
        return property("UNIQ_KEY").orElse(offsetMessageId);
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
