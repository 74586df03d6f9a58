package dev.millrace.cli.cluster;

import dev.millrace.client.admin.GroupSpec;
import dev.millrace.client.admin.Redelivery;
import dev.millrace.client.admin.TopicDescription;
import dev.millrace.client.admin.TopicSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** A cluster of one broker in memory. All messages go to queue 0. */
public final class FakeCluster implements Cluster {
    private static final String BROKER = "g0";

    private final Map<String, TopicSpec> specs = new TreeMap<>();
    private final List<OutgoingMessage> messages = new ArrayList<>();
    private Runnable beforeCreate = () -> {};
    private final Map<String, Integer> seen = new HashMap<>();

    /** Runs before each topic is made; may throw. */
    public void onCreate(Runnable action) {
        beforeCreate = action;
    }

    @Override
    public void createTopic(TopicSpec topic) {
        beforeCreate.run();
        specs.put(topic.name(), topic);
    }

    /** What was last asked for. */
    public TopicSpec spec(String name) {
        return Objects.requireNonNull(specs.get(name), name);
    }

    @Override
    public List<String> topics() {
        return List.copyOf(specs.keySet());
    }

    @Override
    public Optional<TopicDescription> describe(String name) {
        return Optional.ofNullable(specs.get(name)).map(this::describe);
    }

    private TopicDescription describe(TopicSpec topic) {
        List<TopicDescription.QueueInfo> queues = IntStream.range(0, topic.queueCount())
                .mapToObj(queue -> new TopicDescription.QueueInfo(queue, 0, queue == 0 ? messages.size() : 0, 0))
                .toList();
        Set<String> brokers = topic.brokers().isEmpty() ? Set.of(BROKER) : topic.brokers();
        return new TopicDescription(
                topic.name(),
                brokers.stream()
                        .sorted()
                        .map(broker -> new TopicDescription.OnBroker(
                                broker,
                                topic.cluster(),
                                "127.0.0.1:10911",
                                topic.queueCount(),
                                topic.queueCount(),
                                topic.access(),
                                queues))
                        .toList());
    }

    /** Consumer groups that are there; brokers make those that consumers name if {@code makesGroups}. */
    public final Map<String, GroupSpec> groups = new TreeMap<>();

    public boolean makesGroups = true;

    @Override
    public void createGroup(GroupSpec group) {
        groups.put(group.name(), group);
    }

    @Override
    public boolean hasGroup(String consumerGroup) {
        return makesGroups || groups.containsKey(consumerGroup);
    }

    /** Dead letters of every group, two of them delivered again at a time. */
    public int deadLetters;

    @Override
    public Redelivery redeliver(
            String consumerGroup, Optional<String> topic, long countMax, Consumer<Redelivery> onProgress) {
        long moved = 0;
        while (deadLetters > 0 && moved < countMax) {
            long now = Math.min(2, Math.min(deadLetters, countMax - moved));
            moved += now;
            deadLetters -= (int) now;
            onProgress.accept(new Redelivery(moved, 0, deadLetters));
        }
        return new Redelivery(moved, 0, deadLetters);
    }

    @Override
    public void deleteTopic(String name) {
        specs.remove(name);
    }

    @Override
    public SentMessage send(OutgoingMessage message) {
        messages.add(message);
        return new SentMessage("id" + messages.size(), BROKER, 0, messages.size() - 1L);
    }

    @Override
    public void receive(String topic, String consumerGroup, Duration patience, Predicate<ReceivedMessage> taker) {
        boolean goesOn = true;
        for (int next = seen.getOrDefault(consumerGroup, 0); goesOn && next < messages.size(); next++) {
            OutgoingMessage message = messages.get(next);
            seen.put(consumerGroup, next + 1);
            goesOn = taker.test(new ReceivedMessage(
                    "id" + (next + 1),
                    BROKER,
                    0,
                    next,
                    Instant.EPOCH,
                    message.key(),
                    message.tag(),
                    message.body().getBytes(StandardCharsets.UTF_8),
                    Optional.empty()));
        }
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
