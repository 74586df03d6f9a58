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
import dev.millrace.client.StartFrom;
import dev.millrace.client.TransactionOutcome;
import dev.millrace.client.TransactionalProducer;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.scenario.ToolTraceScenarios;
import dev.millrace.e2e.servers.MqAdmin;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published {@code mqadmin} reads the trace that RocketMQ's clients and ours write; brokers make no topics here. */
@ParameterizedClass
@MethodSource("kinds")
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class TraceIT {
    private static final String TRACE_TOPIC = "RMQ_SYS_TRACE_TOPIC";
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    @TempDir
    static Path scratch;

    private static Servers servers;

    @Parameter
    ServerKind kind;

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    @BeforeParameterizedClassInvocation
    static void start(ServerKind kind) throws IOException {
        Path own = Files.createDirectories(scratch.resolve(kind.name()));
        servers = kind.start(own, ServerOptions.usual().withTopicCreation(false));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        servers.close();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(WAIT_MAX).pollInterval(Duration.ofMillis(250));
    }

    /** What the tool prints, once it knows of the send and of what a consumer did. It leaves out how a transaction ended. */
    private static String trace(String id) {
        try (MqAdmin tool = new MqAdmin(scratch, servers.namesrvAddress(), HeaderType.JSON.name())) {
            return await().until(
                            () -> tool.run("queryMsgTraceById", "-i", id),
                            output -> hasLine(output, "Pub") && hasLine(output, "Sub"));
        }
    }

    private static boolean hasLine(String output, String start) {
        return output.lines().anyMatch(line -> line.startsWith(start + " "));
    }

    /** The line of the tool's table that starts so. */
    private static String line(String output, String start) {
        return output.lines()
                .filter(line -> line.startsWith(start + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output));
    }

    private static void makeTopic(MillraceClient client, String topic) {
        Admin admin = Admin.of(client);
        admin.createTopic(TopicSpec.of(topic, 1));
        Awaitility.await()
                .atMost(WAIT_MAX)
                .until(() -> admin.describeTopic(topic).isPresent());
    }

    private static MillraceClient.Builder client() {
        return MillraceClient.builder().namesrv(servers.namesrvAddress());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.9.8", "5.3.3", "5.5.0"})
    void theToolFindsWhatRocketMqsClientTraced(String version) throws Exception {
        String unique = version.replace('.', '_');
        try (MillraceClient client = client().build()) {
            makeTopic(client, "traced-" + unique);
        }
        try (ClientLoader loader = ClientLoader.open(version, HeaderType.JSON)) {
            new ScenarioRef(ToolTraceScenarios.class.getName(), "leavesATrace")
                    .run(loader, new Environment(kind, servers, version, unique, scratch));
            List<String> ids = Files.readAllLines(ToolTraceScenarios.ids(scratch));

            String ofSend = trace(ids.get(0));
            String ofTransaction = trace(ids.get(1));

            assertThat(line(ofSend, "Pub")).contains("TP-" + unique, "success");
            assertThat(line(ofSend, "Sub")).contains("TG-" + unique, "success");
            assertThat(line(ofTransaction, "Pub")).contains("TT-" + unique, "success");
            assertThat(line(ofTransaction, "Sub")).contains("TG-" + unique, "success");
        }
    }

    @Test
    void theToolFindsWhatOurClientTraced() {
        try (MillraceClient client = client().traced().build()) {
            makeTopic(client, "traced-by-ours");
            try (Producer producer = client.producer().group("our-producer").build();
                    TransactionalProducer payments = client.transactionalProducer(
                                    "our-payments", asked -> TransactionOutcome.UNKNOWN)
                            .build();
                    Consumer consumer = client.consumer("our-group")
                            .subscribe("traced-by-ours", Filter.ALL)
                            .startFrom(StartFrom.FIRST)
                            .listener(message -> ConsumeResult.SUCCESS)
                            .start()) {
                Message message = Message.of("traced-by-ours", "body".getBytes(UTF_8))
                        .withTag("TagT")
                        .withKey("4711");
                String sent = producer.send(message).messageId();
                String paid = payments.send(message, stored -> TransactionOutcome.COMMIT)
                        .message()
                        .messageId();

                String ofSend = trace(sent);
                String ofTransaction = trace(paid);

                assertThat(consumer.assignment()).isNotEmpty();
                assertThat(line(ofSend, "Pub")).contains("our-producer", "127.0.0.1", "success");
                assertThat(line(ofSend, "Sub")).contains("our-group", "127.0.0.1", "success");
                assertThat(line(ofTransaction, "Pub")).contains("our-payments", "success");
            }
        }
    }

    /** RocketMQ's clients trace only what was stored. */
    @Test
    void ourClientTracesWhatWasNotSent() {
        try (MillraceClient client = client().traced().build();
                Producer producer =
                        client.producer().sendTimeout(Duration.ofMillis(500)).build()) {
            Message lost = Message.of("no-such-topic", "body".getBytes(UTF_8)).withKey("lost-key");
            assertThatExceptionOfType(ClientException.class).isThrownBy(() -> producer.send(lost));

            List<ReceivedMessage> traces =
                    await().until(() -> tracesByKey(client, "lost-key"), found -> !found.isEmpty());

            assertThat(new String(traces.get(0).body(), UTF_8))
                    .startsWith("Pub\u0001")
                    .contains("no-such-topic")
                    .endsWith("false\u0002");
        }
    }

    private static List<ReceivedMessage> tracesByKey(MillraceClient client, String key) {
        Instant now = Instant.now();
        return Admin.of(client).messagesByKey(TRACE_TOPIC, key, 10, now.minusSeconds(3600), now.plusSeconds(3600));
    }
}
