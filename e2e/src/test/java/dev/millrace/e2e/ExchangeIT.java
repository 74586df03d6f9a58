package dev.millrace.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.Batching;
import dev.millrace.client.Compression;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.StartFrom;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.ExchangePeer;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.servers.ServerKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client and published ones read each other's compressed bodies, and answer each other's requests. */
@ParameterizedClass
@MethodSource("kinds")
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class ExchangeIT {
    private static final RunningServers SERVERS = new RunningServers();
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);
    private static final String LARGE = "compress me, ß-".repeat(2_000);

    @TempDir
    static Path scratch;

    @Parameter
    ServerKind kind;

    private final int number = NUMBER.incrementAndGet();
    private MillraceClient client;

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    @BeforeParameterizedClassInvocation
    static void start(ServerKind kind) {
        SERVERS.ensure(kind, scratch);
    }

    @AfterAll
    static void stop() {
        SERVERS.close();
    }

    @BeforeEach
    void connect() {
        client =
                MillraceClient.builder().namesrv(SERVERS.get().namesrvAddress()).build();
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    private String topic(String stem) {
        String topic = stem + "-" + number;
        Admin.of(client).createTopic(TopicSpec.of(topic, 1));
        Awaitility.await()
                .atMost(WAIT_MAX)
                .until(() -> Admin.of(client).describeTopic(topic).isPresent());
        return topic;
    }

    private ExchangePeer peer(ClientLoader loader, String version) throws ReflectiveOperationException {
        return ExchangePeer.of(loader, new Environment(kind, SERVERS.get(), version, "exchange" + number, scratch));
    }

    @ParameterizedTest
    @EnumSource
    void bothReadWhatTheOtherCompressed(Compression compression) throws Exception {
        for (String version : List.of("5.3.3", "5.5.0")) {
            String ours = topic("ours-" + version.replace('.', '-') + compression);
            String theirs = topic("theirs-" + version.replace('.', '-') + compression);
            try (ClientLoader loader = ClientLoader.open(version, HeaderType.JSON)) {
                ExchangePeer peer = peer(loader, version);
                sendCompressed(ours, compression);
                peer.send(theirs, compression.name(), LARGE);

                assertThat(peer.receive(ours, 21)).filteredOn(LARGE::equals).hasSize(11);
                ReceivedMessage received = first(theirs);
                assertThat(new String(received.body(), UTF_8)).isEqualTo(LARGE);
                assertThat(received.storedBody().length).isLessThan(LARGE.length() / 2);
            }
        }
    }

    /** One alone, and twenty in batches, every other of them too short to be compressed. */
    private void sendCompressed(String topic, Compression compression) {
        try (Producer single = client.producer().compressed(compression).build();
                Producer batching = client.producer()
                        .compressed(compression)
                        .batching(Batching.defaults())
                        .build()) {
            single.send(Message.of(topic, LARGE.getBytes(UTF_8)));
            List<CompletableFuture<?>> sends = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String body = i % 2 == 0 ? LARGE : "short";
                sends.add(batching.sendAsync(Message.of(topic, body.getBytes(UTF_8))));
            }
            sends.forEach(CompletableFuture::join);
        }
    }

    private ReceivedMessage first(String topic) {
        try (PullConsumer reader = client.pullConsumer("exchange-reader")
                .startFrom(StartFrom.FIRST)
                .build()) {
            reader.assign(reader.queues(topic));
            List<ReceivedMessage> all = new ArrayList<>();
            Awaitility.await().atMost(WAIT_MAX).until(() -> {
                all.addAll(reader.poll(Duration.ofMillis(100)));
                return !all.isEmpty();
            });
            return all.getFirst();
        }
    }

    private Consumer answering(String topic, Producer producer) {
        return client.consumer("answering-" + number)
                .subscribe(topic, Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(message -> {
                    String answer = "answer to " + new String(message.body(), UTF_8);
                    producer.send(Message.replyTo(message, answer.getBytes(UTF_8)));
                    return ConsumeResult.SUCCESS;
                })
                .start();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.3.3", "5.5.0"})
    void bothAnswerWhatTheOtherAsks(String version) throws Exception {
        String ours = topic("we-answer");
        String theirs = topic("they-answer");
        try (ClientLoader loader = ClientLoader.open(version, HeaderType.JSON);
                Producer producer = client.producer().group("asking-" + number).build();
                Consumer consumer = answering(ours, producer);
                AutoCloseable peerAnswers = peer(loader, version).answer(theirs)) {
            ReceivedMessage toUs = producer.request(Message.of(ours, "own".getBytes(UTF_8)), WAIT_MAX);
            ReceivedMessage fromPeer = producer.request(Message.of(theirs, "peer".getBytes(UTF_8)), WAIT_MAX);
            String toPeer = peer(loader, version).request(ours, "theirs");

            assertThat(consumer.assignment()).isNotEmpty();
            assertThat(peerAnswers).isNotNull();
            assertThat(new String(toUs.body(), UTF_8)).isEqualTo("answer to own");
            assertThat(new String(fromPeer.body(), UTF_8)).isEqualTo("answer to peer");
            assertThat(toPeer).isEqualTo("answer to theirs");
        }
    }
}
