package dev.millrace.cli.cluster;

import dev.millrace.client.admin.GroupSpec;
import dev.millrace.client.admin.Redelivery;
import dev.millrace.client.admin.TopicDescription;
import dev.millrace.client.admin.TopicSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A cluster behind its NameServers. Calls block; each failure is a {@code CliException} that says what to do.
 *
 * <p>Thread-safe: confined to the main thread.
 */
public interface Cluster extends AutoCloseable {
    /** Opens a connection to a cluster: {@code nameServers} are {@code host:port}, separated by semicolons. */
    @FunctionalInterface
    interface Connector {
        Cluster connect(String nameServers);
    }

    /** Makes the topic, or changes it where it is there. */
    void createTopic(TopicSpec topic);

    /** Names in order, those of the system left out. */
    List<String> topics();

    Optional<TopicDescription> describe(String name);

    void deleteTopic(String name);

    SentMessage send(OutgoingMessage message);

    /**
     * Hands messages to {@code taker} until it answers false, or none came for {@code patience}. A message counts as
     * consumed for the group once the taker has answered.
     */
    void receive(String topic, String consumerGroup, Duration patience, Predicate<ReceivedMessage> taker);

    /** Makes the consumer group, or changes it where it is there. */
    void createGroup(GroupSpec group);

    /** Whether a consumer group is there; brokers that may, make one for the first consumer that names it. */
    boolean hasGroup(String consumerGroup);

    /** Delivers dead letters of a consumer group again, {@code countMax} at most; {@code onProgress} hears the sums so far. */
    Redelivery redeliver(String consumerGroup, Optional<String> topic, long countMax, Consumer<Redelivery> onProgress);

    /** The most queues that any broker group has of a topic. */
    static int queuesPerGroup(TopicDescription topic) {
        return topic.brokers().stream()
                .mapToInt(TopicDescription.OnBroker::writeQueueCount)
                .max()
                .orElse(0);
    }

    @Override
    void close();
}
