package dev.millrace.broker.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What each consumer group got of each topic since the broker started, and how far it pulled. Not stored.
 *
 * <p>Thread-safe. Bounded by the groups and topics that exist: pulls of others are refused before they get here.
 */
public final class Deliveries {
    private final ConcurrentHashMap<Key, OfTopic> all = new ConcurrentHashMap<>();

    /** A consumer group and a topic. */
    record Key(String consumerGroup, String topic) {}

    /** What a group got of a topic. */
    static final class OfTopic {
        final LongAdder messages = new LongAdder();
        final LongAdder bytes = new LongAdder();
        final LongAdder sentBack = new LongAdder();
        final ConcurrentHashMap<Integer, Long> pulledTo = new ConcurrentHashMap<>();
        volatile double messagesPerSecond;
    }

    private OfTopic of(String consumerGroup, String topic) {
        return all.computeIfAbsent(new Key(consumerGroup, topic), key -> new OfTopic());
    }

    private @Nullable OfTopic find(String consumerGroup, String topic) {
        return all.get(new Key(consumerGroup, topic));
    }

    /** A pull was answered with messages; {@code nextOffset} is behind the last. Called once a pull. */
    public void delivered(Pulled pulled, int messages, long bytes) {
        OfTopic figures = of(pulled.consumerGroup, pulled.topic);
        figures.messages.add(messages);
        figures.bytes.add(bytes);
        figures.pulledTo.put(pulled.queueId, pulled.nextOffset);
    }

    /** Who pulled from where, and what it will ask for next. */
    public record Pulled(String consumerGroup, String topic, int queueId, long nextOffset) {}

    public void sentBack(String consumerGroup, String topic) {
        of(consumerGroup, topic).sentBack.increment();
    }

    /** Offset behind the last message that was pulled, 0 if none was. */
    public long pulledTo(String consumerGroup, String topic, int queueId) {
        OfTopic figures = find(consumerGroup, topic);
        return figures == null ? 0 : figures.pulledTo.getOrDefault(queueId, 0L);
    }

    /** As of the last minute, 0 for nothing. */
    public double messagesPerSecond(String consumerGroup, String topic) {
        OfTopic figures = find(consumerGroup, topic);
        return figures == null ? 0 : figures.messagesPerSecond;
    }

    Map<Key, OfTopic> snapshot() {
        return Map.copyOf(all);
    }

    public void removeTopic(String topic) {
        all.keySet().removeIf(key -> key.topic.equals(topic));
    }

    public void removeConsumerGroup(String consumerGroup) {
        all.keySet().removeIf(key -> key.consumerGroup.equals(consumerGroup));
    }
}
