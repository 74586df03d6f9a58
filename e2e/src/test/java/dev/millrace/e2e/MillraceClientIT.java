package dev.millrace.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.client.Batching;
import dev.millrace.client.ClientException;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.BrokerInfo;
import dev.millrace.client.admin.GroupSpec;
import dev.millrace.client.admin.TopicDescription;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.Exchanged;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.Peer;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Our client against brokers of both kinds, and together with a published RocketMQ client. The servers of a kind serve all
 * tests, which run at the same time; topics are created by administrators only.
 */
@ParameterizedClass
@MethodSource("kinds")
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class MillraceClientIT {
    private static final String PEER_VERSION = "5.5.0";
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final int BODY_BYTES_MAX = 4 * 1024 * 1024;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path scratch;

    private static Servers servers;
    private static ClientLoader loader;

    @Parameter
    ServerKind kind;

    private final int number = NUMBER.incrementAndGet();
    private MillraceClient client;
    private Admin admin;

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    @BeforeParameterizedClassInvocation
    static void start(ServerKind kind) throws IOException {
        Path own = Files.createDirectories(scratch.resolve(kind.name()));
        servers = kind.start(own, ServerOptions.usual().withTopicCreation(false));
        loader = ClientLoader.open(PEER_VERSION, HeaderType.JSON);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        loader.close();
        servers.close();
    }

    @BeforeEach
    void connect() {
        client = newClient();
        admin = Admin.of(client);
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    private static MillraceClient newClient() {
        return MillraceClient.builder().namesrv(servers.namesrvAddress()).build();
    }

    private String name(String stem) {
        return stem + "-" + number;
    }

    /** Creates a topic of this test's own and waits for its route. */
    private String topic(String stem, int queueCount) {
        String topic = name(stem);
        admin.createTopic(TopicSpec.of(topic, queueCount));
        until(() -> admin.describeTopic(topic).isPresent());
        return topic;
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await().atMost(WAIT_MAX).pollInterval(POLL).until(condition::getAsBoolean);
    }

    private static Message message(String topic, String body) {
        return Message.of(topic, body.getBytes(UTF_8));
    }

    private static String body(ReceivedMessage message) {
        return new String(message.body(), UTF_8);
    }

    private static List<String> bodies(String stem, int count) {
        return IntStream.range(0, count).mapToObj(index -> stem + index).toList();
    }

    /** Everything that is stored in the topic. */
    private List<ReceivedMessage> stored(String topic, int count) {
        try (PullConsumer reader =
                client.pullConsumer(name("reader")).startFrom(StartFrom.FIRST).build()) {
            reader.assign(reader.queues(topic));
            List<ReceivedMessage> all = new ArrayList<>();
            until(() -> {
                all.addAll(reader.poll(POLL));
                return all.size() >= count;
            });
            return all;
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void sendsOneByOneAndAllAtOnce() {
        String topic = topic("single", 4);
        TopicQueue chosen = new TopicQueue(topic, Servers.BROKER_NAME, 2);

        List<SendResult> results = new ArrayList<>();
        try (Producer producer = client.producer().build()) {
            assertThat(producer.queues(topic)).hasSize(4).contains(chosen);
            results.add(producer.send(message(topic, "b0")));
            results.add(producer.send(message(topic, "b1"), QueueChoice.of(chosen)));
            List<CompletableFuture<SendResult>> futures = bodies("b", 100).subList(2, 100).stream()
                    .map(body -> producer.sendAsync(message(topic, body), QueueChoice.byKey(body)))
                    .toList();
            futures.forEach(future -> results.add(future.join()));
            producer.sendOneWay(message(topic, "b100"));
        }

        assertThat(results.get(1).queue()).isEqualTo(chosen);
        assertThat(results).extracting(SendResult::durability).containsOnly(SendResult.Durability.CONFIRMED);
        List<ReceivedMessage> stored = stored(topic, 101);
        assertThat(stored).extracting(MillraceClientIT::body).containsExactlyInAnyOrderElementsOf(bodies("b", 101));
        Map<String, ReceivedMessage> byId =
                stored.stream().collect(Collectors.toMap(ReceivedMessage::messageId, each -> each));
        assertThat(results).allSatisfy(result -> {
            ReceivedMessage message = Objects.requireNonNull(byId.get(result.messageId()));
            assertThat(message.queue()).isEqualTo(result.queue());
            assertThat(message.queueOffset()).isEqualTo(result.queueOffset());
            assertThat(message.offsetMessageId()).isEqualTo(result.offsetMessageId());
        });
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void batchesOverManyQueuesAndTwoTopics() {
        String one = topic("batch-a", 16);
        String two = topic("batch-b", 3);

        List<SendResult> results = new ArrayList<>();
        try (Producer producer = client.producer().batching(Batching.defaults()).build()) {
            List<CompletableFuture<SendResult>> futures = new ArrayList<>();
            for (String body : bodies("b", 2_000)) {
                futures.add(producer.sendAsync(message(one, body), QueueChoice.byKey("k" + body.length() + body)));
                futures.add(producer.sendAsync(message(two, body).withKey(body)));
            }
            producer.flush();
            futures.forEach(future -> results.add(future.join()));
            results.addAll(producer.send(List.of(message(one, "last"), message(two, "last"))));
        }

        assertBatched(one, results, 16);
        assertBatched(two, results, 3);
    }

    private void assertBatched(String topic, List<SendResult> results, int queueCount) {
        List<SendResult> ofTopic =
                results.stream().filter(result -> result.topic().equals(topic)).toList();
        List<ReceivedMessage> stored = stored(topic, 2_001);
        assertThat(stored)
                .extracting(MillraceClientIT::body)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(bodies("b", 2_000).stream(), Stream.of("last"))
                        .toList());
        assertThat(ofTopic.stream().map(SendResult::queueId).distinct()).hasSize(queueCount);
        assertThat(stored.stream().map(MillraceClientIT::place))
                .containsExactlyInAnyOrderElementsOf(ofTopic.stream()
                        .map(result -> result.messageId() + "@" + result.queue() + "/" + result.queueOffset())
                        .toList());
    }

    private static String place(ReceivedMessage message) {
        return message.messageId() + "@" + message.queue() + "/" + message.queueOffset();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void keepsTagKeysAndProperties() {
        String topic = topic("headers", 1);
        byte[] large = "0123456789".repeat(2_000).getBytes(UTF_8);
        Instant before = Instant.now();

        SendResult sent;
        try (Producer producer = client.producer().compressed().build()) {
            sent = producer.send(Message.of(topic, large)
                    .withTag("paid")
                    .withKeys(List.of("4711", "ü-key"))
                    .withProperty("colour", "grün")
                    .withProperty("shape", "a b=c"));
            producer.send(message(topic, "other").withTag("refused"));
        }

        ReceivedMessage message = stored(topic, 1).getFirst();
        assertThat(message.body()).isEqualTo(large);
        assertThat(message.tag()).contains("paid");
        assertThat(message.keys()).containsExactly("4711", "ü-key");
        assertThat(message.properties()).containsEntry("colour", "grün").containsEntry("shape", "a b=c");
        assertThat(message.messageId()).isEqualTo(sent.messageId());
        assertThat(message.timesConsumed()).isZero();
        assertThat(message.bornTime()).isBetween(before.minusSeconds(1), Instant.now());
        Instant end = Instant.now().plusSeconds(60);
        until(() -> admin.messagesByKey(topic, "4711", 10, before.minusSeconds(60), end)
                        .size()
                == 1);
        until(() -> admin.messagesById(topic, sent.messageId()).size() == 1);
        assertThat(admin.messageByOffsetId(topic, sent.offsetMessageId()).map(ReceivedMessage::messageId))
                .contains(sent.messageId());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void consumesConcurrentlyAndRetries() {
        String topic = topic("concurrent", 4);
        String group = name("concurrent-group");
        Map<String, Integer> seen = new ConcurrentHashMap<>();

        try (Producer producer = client.producer().build();
                Consumer consumer = client.consumer(group)
                        .subscribe(topic, Filter.tags("yes || perhaps"))
                        .startFrom(StartFrom.FIRST)
                        .retryDelayLevel(1)
                        .threads(4)
                        .listener(message -> {
                            seen.merge(body(message), 1, Integer::sum);
                            boolean isRefused = message.timesConsumed() == 0 && "b7".equals(body(message));
                            return isRefused ? ConsumeResult.RETRY : ConsumeResult.SUCCESS;
                        })
                        .start()) {
            for (String body : bodies("b", 100)) {
                // The last message of each queue matches: a poll that waits does not move past others.
                QueueChoice queue = QueueChoice.byKey(body);
                producer.send(message(topic, "not " + body).withTag("no"), queue);
                producer.send(message(topic, body).withTag("yes"), queue);
            }
            until(() -> seen.size() == 100 && seen.getOrDefault("b7", 0) == 2);
            assertThat(assignedOf(consumer, topic)).hasSize(4);
            assertThat(admin.groupClients(group)).hasSize(1);
        }

        assertThat(seen.keySet()).containsExactlyInAnyOrderElementsOf(bodies("b", 100));
        assertThat(admin.groupProgress(group).lag()).isZero();
        assertThat(admin.groups()).contains(group);
    }

    /** The queues without those of the group's retry topic. */
    private static List<TopicQueue> assignedOf(Consumer consumer, String topic) {
        return consumer.assignment().stream()
                .filter(queue -> queue.topic().equals(topic))
                .toList();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void goesOnWhereAnAdministratorMovedTheGroup() {
        String topic = topic("moved", 2);
        String group = name("moved-group");
        Map<String, Integer> seen = new ConcurrentHashMap<>();
        try (Producer producer = client.producer().build();
                Consumer consumer = client.consumer(group)
                        .subscribe(topic, Filter.ALL)
                        .startFrom(StartFrom.FIRST)
                        .listener(message -> {
                            seen.merge(body(message), 1, Integer::sum);
                            return ConsumeResult.SUCCESS;
                        })
                        .start()) {
            bodies("b", 10).forEach(body -> producer.send(message(topic, body)));
            until(() -> seen.size() == 10 && admin.groupProgress(group).lag() == 0);

            admin.resetGroup(group, topic, Instant.EPOCH);

            until(() -> seen.values().stream().allMatch(times -> times == 2));
            assertThat(consumer.assignment()).isNotEmpty();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void consumesInOrder() {
        String topic = topic("ordered", 3);
        List<ReceivedMessage> seen = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger refusals = new AtomicInteger();

        try (Producer producer = client.producer().build();
                Consumer consumer = client.consumer(name("ordered-group"))
                        .subscribe(topic, Filter.ALL)
                        .startFrom(StartFrom.FIRST)
                        .ordered()
                        .orderedRetryPause(Duration.ofMillis(100))
                        .listener(message -> {
                            if ("b30".equals(body(message)) && refusals.incrementAndGet() <= 2) {
                                return ConsumeResult.RETRY;
                            }
                            seen.add(message);
                            return ConsumeResult.SUCCESS;
                        })
                        .start()) {
            for (int index = 0; index < 90; index++) {
                TopicQueue queue = new TopicQueue(topic, Servers.BROKER_NAME, index % 3);
                producer.send(message(topic, "b" + index), QueueChoice.of(queue));
            }
            until(() -> seen.size() >= 90);
            assertThat(assignedOf(consumer, topic)).hasSize(3);
        }

        assertThat(seen).hasSize(90);
        assertThat(refusals).hasValue(3);
        for (int queueId = 0; queueId < 3; queueId++) {
            int wanted = queueId;
            assertThat(seen.stream().filter(message -> message.queue().queueId() == wanted))
                    .extracting(ReceivedMessage::queueOffset)
                    .isSorted();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void membersShareQueuesAndTakeOver() {
        String topic = topic("shared", 4);
        Set<String> seen = ConcurrentHashMap.newKeySet();

        try (MillraceClient otherClient = newClient();
                Producer producer = client.producer().build();
                PullConsumer staying = member(client)) {
            bodies("a", 40).forEach(body -> producer.send(message(topic, body)));
            staying.subscribe(topic, Filter.ALL);
            assertThat(staying.assignment()).hasSize(4);
            try (PullConsumer leaving = member(otherClient)) {
                leaving.subscribe(topic, Filter.ALL);
                until(() ->
                        poll(staying, seen).size() == 2 && poll(leaving, seen).size() == 2);
                assertThat(staying.assignment()).doesNotContainAnyElementsOf(leaving.assignment());
                bodies("b", 40).forEach(body -> producer.send(message(topic, body)));
                until(() -> {
                    poll(staying, seen);
                    poll(leaving, seen);
                    return seen.size() == 80;
                });
            }
            until(() -> poll(staying, seen).size() == 4);
            List<String> last = new ArrayList<>();
            bodies("c", 40).forEach(body -> producer.send(message(topic, body)));
            until(() -> {
                staying.poll(POLL).forEach(message -> last.add(body(message)));
                return last.size() >= 40;
            });

            assertThat(last).containsExactlyInAnyOrderElementsOf(bodies("c", 40));
        }
    }

    private PullConsumer member(MillraceClient of) {
        return of.pullConsumer(name("shared-group"))
                .startFrom(StartFrom.FIRST)
                .autoCommit(Duration.ofSeconds(1))
                .build();
    }

    private static List<TopicQueue> poll(PullConsumer consumer, Set<String> seen) {
        consumer.poll(POLL).forEach(message -> seen.add(body(message)));
        return consumer.assignment();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void readsAssignedQueuesAndSeeks() {
        String topic = topic("assigned", 2);
        TopicQueue queue = new TopicQueue(topic, Servers.BROKER_NAME, 1);
        List<SendResult> sent = new ArrayList<>();
        try (Producer producer = client.producer().build()) {
            bodies("b", 20).forEach(body -> sent.add(producer.send(message(topic, body), QueueChoice.of(queue))));
        }
        Instant tenth = stored(topic, 20).get(10).storeTime();
        PullConsumer.Builder builder =
                client.pullConsumer(name("assigned-group")).startFrom(StartFrom.FIRST);

        try (PullConsumer consumer = builder.build()) {
            consumer.assign(List.of(queue));
            assertThat(take(consumer, 20)).isEqualTo(bodies("b", 20));
            assertThat(consumer.position(queue)).isEqualTo(20);
            consumer.seek(queue, 15);
            assertThat(take(consumer, 5)).isEqualTo(bodies("b", 20).subList(15, 20));
            assertThat(consumer.firstOffset(queue)).isZero();
            assertThat(consumer.endOffset(queue)).isEqualTo(20);
            assertThat(consumer.offsetAt(queue, tenth)).isBetween(1L, 10L);
            assertThat(consumer.offsetAt(queue, tenth.minusSeconds(3_600))).isZero();
            assertThat(consumer.committed(queue)).isEmpty();
            consumer.seek(queue, 5);
            consumer.commit();
            assertThat(consumer.committed(queue)).contains(5L);
            consumer.commit(Map.of(queue, 12L));
            assertThat(consumer.committed(queue)).contains(12L);
        }
        try (PullConsumer again = builder.build()) {
            again.assign(List.of(queue));
            assertThat(take(again, 8)).isEqualTo(bodies("b", 20).subList(12, 20));
        }
    }

    private static List<String> take(PullConsumer consumer, int count) {
        List<String> taken = new ArrayList<>();
        until(() -> {
            consumer.poll(POLL).forEach(message -> taken.add(body(message)));
            return taken.size() >= count;
        });
        return taken;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void createsDescribesAndDeletes() {
        String topic = topic("described", 6);
        String group = name("described-group");
        try (Producer producer = client.producer().build()) {
            producer.send(message(topic, "b"), QueueChoice.of(new TopicQueue(topic, Servers.BROKER_NAME, 5)));
        }

        admin.createGroup(GroupSpec.of(group).withRetriesMax(3));
        admin.setGroupOffset(group, new TopicQueue(topic, Servers.BROKER_NAME, 5), 1);
        BrokerInfo broker = admin.brokers().getFirst();
        TopicDescription.OnBroker described =
                admin.describeTopic(topic).orElseThrow().brokers().getFirst();

        assertThat(broker.name()).isEqualTo(Servers.BROKER_NAME);
        assertThat(broker.masterAddress()).contains(servers.brokerAddress());
        assertThat(admin.brokerRuntime(servers.brokerAddress())).isNotEmpty();
        assertThat(admin.topics()).contains(topic);
        assertThat(described.readQueueCount()).isEqualTo(6);
        assertThat(described.access()).isEqualTo(TopicSpec.Access.READ_WRITE);
        assertThat(admin.describeTopic(topic).orElseThrow().messageCount()).isEqualTo(1);
        assertThat(admin.groups()).contains(group);
        admin.deleteGroup(group);
        assertThat(admin.groups()).doesNotContain(group);
        admin.deleteTopic(topic);
        until(() -> admin.describeTopic(topic).isEmpty() && !admin.topics().contains(topic));
        admin.deleteTopic(topic);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void failsWithCodesThatSayWhy() {
        String topic = topic("refused", 1);
        String unknown = name("unknown");
        try (Producer producer =
                client.producer().sendTimeout(Duration.ofSeconds(1)).build()) {
            assertCode(ErrorCode.NO_ROUTE, () -> producer.send(message(unknown, "b")));
            assertCode(ErrorCode.ILLEGAL_MESSAGE, () -> producer.send(Message.of(topic, new byte[BODY_BYTES_MAX + 1])));
            assertCode(
                    ErrorCode.ILLEGAL_MESSAGE,
                    () -> producer.send(message(topic, "b").withProperty("large", "x".repeat(40_000))));
            assertCode(ErrorCode.INVALID_ARGUMENT, () -> producer.send(message("a topic", "b")));
            assertCode(
                    ErrorCode.NOT_FOUND,
                    () -> admin.createTopic(TopicSpec.of(name("nowhere"), 1).onBrokers(Set.of("no-broker"))));
        }

        assertThat(admin.describeTopic(unknown)).isEmpty();
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatExceptionOfType(ClientException.class)
                .isThrownBy(call)
                .satisfies(
                        fault -> assertThat(fault.code()).as(fault.getMessage()).isEqualTo(code));
    }

    private Peer peer() throws ReflectiveOperationException {
        return Peer.of(loader, new Environment(kind, servers, PEER_VERSION, "peer" + number, scratch));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void rocketMqReceivesWhatWeSend() throws Exception {
        String topic = topic("to-peer", 4);
        List<Exchanged> sent = new ArrayList<>();
        try (Producer single = client.producer().build();
                Producer batching =
                        client.producer().batching(Batching.defaults()).build()) {
            for (int index = 0; index < 30; index++) {
                sent.add(sendOne(single, topic, "single-ß-" + index));
                sent.add(sendOne(batching, topic, "batch-ß-" + index));
            }
        }

        List<Exchanged> received = peer().receive(topic, sent.size());

        assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
    }

    private static Exchanged sendOne(Producer producer, String topic, String body) {
        SendResult result = producer.send(message(topic, body)
                .withTag("tag")
                .withKeys(List.of("k1", body))
                .withProperty(Peer.PROPERTY, "millrace ü"));
        return new Exchanged(body, "tag", "k1 " + body, Map.of(Peer.PROPERTY, "millrace ü"), result.messageId());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void weReceiveWhatRocketMqSends() throws Exception {
        String topic = topic("from-peer", 4);
        Peer peer = peer();
        List<Exchanged> sent = new ArrayList<>(peer.send(topic, 30));
        sent.addAll(peer.sendBatch(topic, 30));

        List<Exchanged> received = stored(topic, sent.size()).stream()
                .map(message -> new Exchanged(
                        body(message),
                        message.tag().orElse(""),
                        String.join(" ", message.keys()),
                        Map.of(Peer.PROPERTY, message.property(Peer.PROPERTY).orElse("")),
                        message.messageId()))
                .toList();

        assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
    }
}
