package dev.millrace.client.internal.namespace;

import dev.millrace.client.Message;
import dev.millrace.client.Producer;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.TopicQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A producer of a namespace. Thread-safe: immutable. */
final class NamespacedProducer implements Producer {
    private final Producer producer;
    private final Names names;

    NamespacedProducer(Producer producer, Names names) {
        this.producer = producer;
        this.names = names;
    }

    @Override
    public SendResult send(Message message, QueueChoice choice) {
        return names.shown(producer.send(names.wire(message), names.wire(choice)));
    }

    @Override
    public List<SendResult> send(List<Message> messages) {
        return producer.send(messages.stream().map(names::wire).toList()).stream()
                .map(names::shown)
                .toList();
    }

    @Override
    public CompletableFuture<SendResult> sendAsync(Message message, QueueChoice choice) {
        return producer.sendAsync(names.wire(message), names.wire(choice)).thenApply(names::shown);
    }

    @Override
    public void sendOneWay(Message message, QueueChoice choice) {
        producer.sendOneWay(names.wire(message), names.wire(choice));
    }

    @Override
    public ReceivedMessage request(Message message, Duration timeout) {
        return names.shown(producer.request(names.wire(message), timeout));
    }

    @Override
    public CompletableFuture<ReceivedMessage> requestAsync(Message message, Duration timeout) {
        return producer.requestAsync(names.wire(message), timeout).thenApply(names::shown);
    }

    @Override
    public void recall(String topic, String recallHandle) {
        producer.recall(names.wire(topic), recallHandle);
    }

    @Override
    public List<TopicQueue> queues(String topic) {
        return names.shownQueues(producer.queues(names.wire(topic)));
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        producer.close();
    }
}
