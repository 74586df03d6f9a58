package dev.millrace.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TransactionOutcome;
import dev.millrace.client.TransactionalProducer;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.servers.MqAdmin;
import dev.millrace.e2e.servers.ServerKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The published tool reads the message trace that our client writes. */
@ParameterizedClass
@MethodSource("kinds")
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class TraceIT {
    private static final RunningServers SERVERS = new RunningServers();
    private static final String TOPIC = "traced-by-ours";
    private static final String PRODUCER_GROUP = "traced-producer";
    private static final String GROUP = "traced-group";
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    @TempDir
    static Path scratch;

    @Parameter
    ServerKind kind;

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    @BeforeParameterizedClassInvocation
    static void start(ServerKind kind) {
        SERVERS.ensure(kind, scratch);
    }

    @AfterAll
    static void close() {
        SERVERS.close();
    }

    private static String query(String id, String awaited) {
        MqAdmin tool = new MqAdmin(scratch, SERVERS.get().namesrvAddress(), "JSON");
        return Awaitility.await()
                .atMost(WAIT_MAX)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> tool.run("queryMsgTraceById", "-i", id), output -> output.contains(awaited));
    }

    @Test
    void theToolFindsSendsCallsAndTransactions() {
        try (MillraceClient client = MillraceClient.builder()
                .namesrv(SERVERS.get().namesrvAddress())
                .traced()
                .build()) {
            Admin.of(client).createTopic(TopicSpec.of(TOPIC, 1));
            Awaitility.await()
                    .atMost(WAIT_MAX)
                    .until(() -> Admin.of(client).describeTopic(TOPIC).isPresent());
            try (Producer producer = client.producer().group(PRODUCER_GROUP).build();
                    TransactionalProducer payments = client.transactionalProducer(
                                    "traced-payments", asked -> TransactionOutcome.UNKNOWN)
                            .build();
                    Consumer consumer = client.consumer(GROUP)
                            .subscribe(TOPIC, Filter.ALL)
                            .startFrom(StartFrom.FIRST)
                            .listener(message -> ConsumeResult.SUCCESS)
                            .start()) {
                Message message = Message.of(TOPIC, "body".getBytes(UTF_8))
                        .withTag("TagT")
                        .withKey("4711");
                String sent = producer.send(message).messageId();
                String paid = payments.send(message, stored -> TransactionOutcome.COMMIT)
                        .message()
                        .messageId();

                String ofSend = query(sent, GROUP);
                String ofTransaction = query(paid, "EndTransaction");

                assertThat(consumer.assignment()).isNotEmpty();
                assertThat(ofSend.lines().filter(line -> line.startsWith("Pub")))
                        .singleElement()
                        .asString()
                        .contains(PRODUCER_GROUP, "success");
                assertThat(ofSend.lines().filter(line -> line.startsWith("Sub")))
                        .isNotEmpty()
                        .allSatisfy(
                                line -> assertThat(line).contains("127.0.0.1").contains("success"));
                assertThat(ofTransaction).contains("Pub").contains("traced-payments");
            }
        }
    }
}
