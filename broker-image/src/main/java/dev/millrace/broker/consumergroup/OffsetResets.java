package dev.millrace.broker.consumergroup;

import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where consumer groups were moved to and have not heard of it: the next pull of such a queue is answered with the new
 * offset, and what consumers store of the old one until then does not count. Kept in memory: the new offset itself is in
 * {@link ConsumerOffsetTable}.
 *
 * <p>Thread-safe. Bounded by the queues that exist: tools move groups in queues of a topic, a pull takes an entry away.
 */
public final class OffsetResets {
    private final ConcurrentHashMap<Key, Long> offsets = new ConcurrentHashMap<>();

    private record Key(String consumerGroup, String topic, int queueId) {}

    /** Tells who pulls next. */
    public void put(String consumerGroup, String topic, int queueId, long offset) {
        offsets.put(new Key(consumerGroup, topic, queueId), offset);
    }

    /** Whether a group has not heard yet that it was moved; for hot paths. */
    public boolean isPending(String consumerGroup, String topic, int queueId) {
        return !offsets.isEmpty() && offsets.containsKey(new Key(consumerGroup, topic, queueId));
    }

    /** The new offset, once; for hot paths. */
    public OptionalLong take(String consumerGroup, String topic, int queueId) {
        if (offsets.isEmpty()) {
            return OptionalLong.empty();
        }
        Long offset = offsets.remove(new Key(consumerGroup, topic, queueId));
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    public void removeTopic(String topic) {
        offsets.keySet().removeIf(key -> key.topic.equals(topic));
    }

    public void removeConsumerGroup(String consumerGroup) {
        offsets.keySet().removeIf(key -> key.consumerGroup.equals(consumerGroup));
    }
}
