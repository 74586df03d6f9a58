package dev.millrace.cli.cluster;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.SendResult;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.BrokerInfo;
import dev.millrace.client.admin.GroupSpec;
import dev.millrace.client.admin.Redelivery;
import dev.millrace.client.admin.TopicDescription;
import dev.millrace.client.admin.TopicSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A cluster reached by our client. The producer is opened by the first send.
 *
 * <p>Thread-safe: confined to the main thread.
 */
public final class ClientCluster implements Cluster {
    private final MillraceClient client;
    private final Admin admin;
    private Optional<Producer> producer = Optional.empty();

    private ClientCluster(MillraceClient client) {
        this.client = client;
        this.admin = Admin.of(client);
    }

    /** {@code nameServers} are {@code host:port}, separated by semicolons. Connects when it first needs to. */
    public static Cluster connect(String nameServers) {
        return new ClientCluster(
                asking(() -> MillraceClient.builder().namesrv(nameServers).build()));
    }

    @Override
    public void createTopic(TopicSpec topic) {
        asking(() -> {
            admin.createTopic(topic);
            return topic;
        });
    }

    @Override
    public List<String> topics() {
        return asking(() -> {
            Set<String> ownNames = new HashSet<>();
            for (BrokerInfo broker : admin.brokers()) {
                ownNames.add(broker.name());
                ownNames.add(broker.cluster());
                ownNames.add(broker.cluster() + "_REPLY_TOPIC");
            }
            return admin.topics().stream()
                    .filter(topic ->
                            !ownNames.contains(topic) && !dev.millrace.crds.v1beta1.TopicSpec.isSystemTopic(topic))
                    .sorted()
                    .toList();
        });
    }

    @Override
    public Optional<TopicDescription> describe(String name) {
        return asking(() -> admin.describeTopic(name));
    }

    @Override
    public void deleteTopic(String name) {
        asking(() -> {
            admin.deleteTopic(name);
            return name;
        });
    }

    @Override
    public SentMessage send(OutgoingMessage outgoing) {
        return asking(() -> {
            Message message = Message.of(outgoing.topic(), outgoing.body().getBytes(StandardCharsets.UTF_8));
            if (outgoing.key().isPresent()) {
                message = message.withKey(outgoing.key().get());
            }
            if (outgoing.tag().isPresent()) {
                message = message.withTag(outgoing.tag().get());
            }
            SendResult result = producer().send(message);
            return new SentMessage(result.messageId(), result.broker(), result.queueId(), result.queueOffset());
        });
    }

    @Override
    public void receive(String topic, String consumerGroup, Duration patience, Predicate<ReceivedMessage> taker) {
        asking(() -> {
            try (PullConsumer consumer = client.pullConsumer(consumerGroup)
                    .startFrom(StartFrom.FIRST)
                    .build()) {
                consumer.queues(topic); // an unknown topic is a mistake here; subscribe would wait for it
                consumer.subscribe(topic, Filter.ALL);
                boolean goesOn = true;
                while (goesOn) {
                    List<dev.millrace.client.ReceivedMessage> messages = consumer.poll(patience);
                    goesOn = !messages.isEmpty() && take(messages, consumer, taker);
                }
            }
            return topic;
        });
    }

    /** What was taken is committed, also when the taker stops in the middle. */
    private static boolean take(
            List<dev.millrace.client.ReceivedMessage> messages,
            PullConsumer consumer,
            Predicate<ReceivedMessage> taker) {
        Map<TopicQueue, Long> taken = new HashMap<>();
        boolean goesOn = true;
        try {
            for (int i = 0; goesOn && i < messages.size(); i++) {
                dev.millrace.client.ReceivedMessage message = messages.get(i);
                goesOn = taker.test(view(message));
                taken.put(message.queue(), message.queueOffset() + 1);
            }
        } finally {
            consumer.commit(taken);
        }
        return goesOn;
    }

    private static ReceivedMessage view(dev.millrace.client.ReceivedMessage message) {
        try {
            return view(message, message.body(), Optional.empty());
        } catch (ClientException unreadable) {
            return view(message, message.storedBody(), Optional.ofNullable(unreadable.getMessage()));
        }
    }

    private static ReceivedMessage view(
            dev.millrace.client.ReceivedMessage message, byte[] body, Optional<String> bodyFault) {
        return new ReceivedMessage(
                message.messageId(),
                message.queue().broker(),
                message.queue().queueId(),
                message.queueOffset(),
                message.storeTime(),
                message.keys().isEmpty() ? Optional.empty() : Optional.of(String.join(" ", message.keys())),
                message.tag(),
                body,
                bodyFault);
    }

    @Override
    public void createGroup(GroupSpec group) {
        asking(() -> {
            admin.createGroup(group);
            return group;
        });
    }

    @Override
    public boolean hasGroup(String consumerGroup) {
        return asking(() -> admin.groups().contains(consumerGroup));
    }

    @Override
    public Redelivery redeliver(
            String consumerGroup, Optional<String> topic, long countMax, Consumer<Redelivery> onProgress) {
        return asking(() -> admin.redeliver(consumerGroup, topic, countMax, onProgress));
    }

    @Override
    public void close() {
        client.close();
    }

    private Producer producer() {
        if (producer.isEmpty()) {
            producer = Optional.of(client.producer().build());
        }
        return producer.get();
    }

    private static <T> T asking(Supplier<T> call) {
        try {
            return call.get();
        } catch (ClientException e) {
            ExitCode exitCode = e.code() == ErrorCode.NO_NAMESERVER ? ExitCode.NOT_RUNNING : ExitCode.FAILURE;
            throw new CliException(exitCode, String.valueOf(e.getMessage()), e);
        }
    }
}
