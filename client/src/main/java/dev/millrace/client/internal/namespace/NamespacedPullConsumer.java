package dev.millrace.client.internal.namespace;

import dev.millrace.client.Filter;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A pull consumer of a namespace. Thread-safe: immutable. */
final class NamespacedPullConsumer implements PullConsumer {
    private final PullConsumer consumer;
    private final Names names;

    NamespacedPullConsumer(PullConsumer consumer, Names names) {
        this.consumer = consumer;
        this.names = names;
    }

    @Override
    public List<TopicQueue> queues(String topic) {
        return names.shownQueues(consumer.queues(names.wire(topic)));
    }

    @Override
    public void assign(Collection<TopicQueue> queues) {
        consumer.assign(queues.stream().map(names::wire).toList());
    }

    @Override
    public void assign(Collection<TopicQueue> queues, Filter filter) {
        consumer.assign(queues.stream().map(names::wire).toList(), filter);
    }

    @Override
    public void subscribe(String topic, Filter filter) {
        consumer.subscribe(names.wire(topic), filter);
    }

    @Override
    public List<TopicQueue> assignment() {
        return names.shownQueues(consumer.assignment());
    }

    @Override
    public List<ReceivedMessage> poll(Duration timeout) {
        return names.shownMessages(consumer.poll(timeout));
    }

    @Override
    public void seek(TopicQueue queue, long offset) {
        consumer.seek(names.wire(queue), offset);
    }

    @Override
    public long position(TopicQueue queue) {
        return consumer.position(names.wire(queue));
    }

    @Override
    public void commit() {
        consumer.commit();
    }

    @Override
    public void commit(Map<TopicQueue, Long> offsets) {
        Map<TopicQueue, Long> wired = new HashMap<>();
        offsets.forEach((queue, offset) -> wired.put(names.wire(queue), offset));
        consumer.commit(wired);
    }

    @Override
    public Optional<Long> committed(TopicQueue queue) {
        return consumer.committed(names.wire(queue));
    }

    @Override
    public long firstOffset(TopicQueue queue) {
        return consumer.firstOffset(names.wire(queue));
    }

    @Override
    public long endOffset(TopicQueue queue) {
        return consumer.endOffset(names.wire(queue));
    }

    @Override
    public long offsetAt(TopicQueue queue, Instant time) {
        return consumer.offsetAt(names.wire(queue), time);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
