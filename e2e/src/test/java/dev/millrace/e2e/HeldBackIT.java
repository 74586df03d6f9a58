package dev.millrace.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.client.ClientException;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TransactionOutcome;
import dev.millrace.client.TransactionResult;
import dev.millrace.client.TransactionalProducer;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What our client sends and brokers hold back: transactions, delivery times, recall; against brokers of both kinds. */
@ParameterizedClass
@MethodSource("kinds")
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class HeldBackIT {

    /** Clients tell brokers each 30 s that they are there to be asked. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(90);

    private static final Duration POLL = Duration.ofMillis(50);

    /** RocketMQ's broker rounds a time down to a whole second, and takes one more from a whole one. */
    private static final long APACHE_EARLY_MS = 2_000;

    @TempDir
    static Path scratch;

    private static Servers servers;

    @Parameter
    ServerKind kind;

    private final List<ReceivedMessage> received = new CopyOnWriteArrayList<>();
    private MillraceClient client;

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    @BeforeParameterizedClassInvocation
    static void start(ServerKind kind) throws IOException {
        Path own = Files.createDirectories(scratch.resolve(kind.name()));
        servers = kind.start(own, ServerOptions.usual());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        servers.close();
    }

    @BeforeEach
    void connect() {
        client = MillraceClient.builder().namesrv(servers.namesrvAddress()).build();
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    /** Makes the topic and receives what comes to it. */
    private Consumer consume(String topic) {
        Admin admin = Admin.of(client);
        admin.createTopic(TopicSpec.of(topic, 2));
        until(() -> admin.describeTopic(topic).isPresent());
        return client.consumer(topic + "-group")
                .subscribe(topic, Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(message -> {
                    received.add(message);
                    return ConsumeResult.SUCCESS;
                })
                .start();
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await().atMost(WAIT_MAX).pollInterval(POLL).until(condition::getAsBoolean);
    }

    private List<String> bodies() {
        return received.stream().map(HeldBackIT::body).toList();
    }

    private static String body(ReceivedMessage message) {
        return new String(message.body(), UTF_8);
    }

    private static Message message(String topic, String body) {
        return Message.of(topic, body.getBytes(UTF_8));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void deliversWhatIsCommittedAtOnceOrWhenAsked() {
        String topic = "held-tx";
        Map<String, TransactionOutcome> decided = new ConcurrentHashMap<>();
        List<TransactionResult> results = new ArrayList<>();

        try (Consumer consumer = consume(topic);
                TransactionalProducer producer = client.transactionalProducer(
                                topic + "-producers",
                                asked -> decided.getOrDefault(asked.messageId(), TransactionOutcome.UNKNOWN))
                        .topic(topic)
                        .build()) {
            for (TransactionOutcome atOnce : TransactionOutcome.values()) {
                for (TransactionOutcome later : List.of(TransactionOutcome.COMMIT, TransactionOutcome.ROLLBACK)) {
                    results.add(producer.send(
                            message(topic, atOnce + " then " + later)
                                    .withTag("tag")
                                    .withKey("key"),
                            stored -> {
                                decided.put(stored.messageId(), later);
                                return atOnce;
                            }));
                }
            }

            until(() -> received.size() >= 3);
            assertThat(assignmentOf(consumer, topic)).isEqualTo(2);
        }

        assertThat(results).allMatch(result -> result.isTold() || result.outcome() == TransactionOutcome.UNKNOWN);
        assertThat(results)
                .extracting(TransactionResult::outcome)
                .containsExactlyElementsOf(List.of(
                        TransactionOutcome.COMMIT,
                        TransactionOutcome.COMMIT,
                        TransactionOutcome.ROLLBACK,
                        TransactionOutcome.ROLLBACK,
                        TransactionOutcome.UNKNOWN,
                        TransactionOutcome.UNKNOWN));
        assertThat(bodies())
                .containsExactlyInAnyOrder("COMMIT then COMMIT", "COMMIT then ROLLBACK", "UNKNOWN then COMMIT");
        assertThat(received).allSatisfy(message -> {
            assertThat(message.tag()).contains("tag");
            assertThat(message.keys()).containsExactly("key");
        });
    }

    private static long assignmentOf(Consumer consumer, String topic) {
        return consumer.assignment().stream()
                .filter(queue -> queue.topic().equals(topic))
                .count();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anotherMemberAnswersForOneThatIsGone() {
        String topic = "held-gone";
        TransactionalProducer.OutcomeCheck unknown = asked -> TransactionOutcome.UNKNOWN;
        TransactionalProducer.OutcomeCheck commit = asked -> TransactionOutcome.COMMIT;

        try (Consumer consumer = consume(topic)) {
            try (TransactionalProducer gone = client.transactionalProducer(topic + "-producers", unknown)
                    .topic(topic)
                    .build()) {
                gone.send(message(topic, "left behind"), stored -> TransactionOutcome.UNKNOWN);
            }
            try (TransactionalProducer next = client.transactionalProducer(topic + "-producers", commit)
                    .topic(topic)
                    .build()) {
                until(() -> !received.isEmpty());
                next.send(message(topic, "after it"), stored -> TransactionOutcome.ROLLBACK);
            }
            assertThat(consumer.assignment()).isNotEmpty();
        }

        assertThat(bodies()).containsExactly("left behind");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aTransactionThatFailsIsAskedFor() {
        String topic = "held-failed";
        List<String> asked = new CopyOnWriteArrayList<>();

        try (Consumer consumer = consume(topic);
                TransactionalProducer producer = client.transactionalProducer(topic + "-producers", question -> {
                            asked.add(body(question));
                            return TransactionOutcome.ROLLBACK;
                        })
                        .topic(topic)
                        .build()) {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> producer.send(message(topic, "undone"), stored -> {
                        throw new IllegalStateException("the database is full");
                    }));
            until(() -> !asked.isEmpty());
            producer.send(message(topic, "done"), stored -> TransactionOutcome.COMMIT);
            until(() -> !received.isEmpty());
            assertThat(consumer.assignment()).isNotEmpty();
        }

        assertThat(asked).containsOnly("undone");
        assertThat(bodies()).containsExactly("done");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void deliversAtTheTimeAndNotWhatIsRecalled() {
        String topic = "held-time";
        try (Consumer consumer = consume(topic);
                Producer producer = client.producer().build()) {
            Instant due = Instant.now().plusSeconds(6);
            SendResult recalled = producer.send(message(topic, "recalled").withDeliveryAt(due));
            SendResult kept = producer.send(message(topic, "kept").withDeliveryAt(due));
            producer.send(message(topic, "delayed").withDelay(Duration.ofSeconds(3)));
            producer.send(message(topic, "level").withDelayLevel(1));
            String handle = recalled.recallHandle().orElseThrow();
            producer.recall(topic, handle);

            until(() -> received.size() >= 3);

            assertThat(bodies()).containsExactlyInAnyOrder("kept", "delayed", "level");
            long early = kind == ServerKind.APACHE ? APACHE_EARLY_MS : 0;
            Instant keptAt = received.stream()
                    .filter(message -> body(message).equals("kept"))
                    .findFirst()
                    .orElseThrow()
                    .storeTime();
            // Ours stamps what it stores with the time at which its log began to write.
            assertThat(keptAt).isAfterOrEqualTo(due.minusMillis(early + 10));
            assertThatExceptionOfType(ClientException.class)
                    .isThrownBy(() -> producer.recall(topic, kept.recallHandle().orElseThrow()));
            assertThat(consumer.assignment()).isNotEmpty();
        }

        assertThat(bodies()).doesNotContain("recalled");
    }
}
