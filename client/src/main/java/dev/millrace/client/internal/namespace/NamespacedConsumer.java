package dev.millrace.client.internal.namespace;

import dev.millrace.client.Consumer;
import dev.millrace.client.TopicQueue;
import java.util.List;

/** A consumer of a namespace. Thread-safe: immutable. */
final class NamespacedConsumer implements Consumer {
    private final Consumer consumer;
    private final Names names;

    NamespacedConsumer(Consumer consumer, Names names) {
        this.consumer = consumer;
        this.names = names;
    }

    @Override
    public List<TopicQueue> assignment() {
        return names.shownQueues(consumer.assignment());
    }

    @Override
    public void pause() {
        consumer.pause();
    }

    @Override
    public void resume() {
        consumer.resume();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
