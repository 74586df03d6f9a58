package dev.millrace.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.Batching;
import dev.millrace.client.ClientException;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.StartFrom;
import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.scenario.RepeatedSendScenarios;
import dev.millrace.e2e.servers.LostAnswers;
import dev.millrace.e2e.servers.MqAdmin;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Producers send everything again, three times at least, while a fifth of the answers is lost and the broker is killed:
 * in a topic with a window each message is stored once. RocketMQ's broker has no such windows.
 */
final class DeduplicationIT {
    private static final String PEER_VERSION = "5.5.0";
    private static final int LOST_PERCENT = 20;
    private static final int COUNT = 3_000;
    private static final int REPEATS = 3;
    private static final int ATTEMPTS_MAX = 2_000;
    private static final int PAUSE_MS = 25;
    private static final Duration WAIT_MAX = Duration.ofMinutes(4);
    private static final Duration QUIET = Duration.ofSeconds(2);

    static List<ServerKind> kinds() {
        return ServerKind.chosen().stream()
                .filter(kind -> kind == ServerKind.MILLRACE)
                .toList();
    }

    private static void define(Servers servers, Path scratch, String topic, String attributes) {
        try (MqAdmin admin = new MqAdmin(scratch, servers.namesrvAddress(), "JSON")) {
            String[] words = {"-c", Servers.CLUSTER_NAME, "-t", topic, "-r", "4", "-w", "4", "-a", attributes};
            assertThat(admin.run("updateTopic", words)).contains("success");
        }
    }

    private static List<ReceivedMessage> all(Servers servers, String topic, int count) {
        List<ReceivedMessage> found = new ArrayList<>();
        try (MillraceClient client = MillraceClient.builder()
                        .namesrv(servers.namesrvAddress())
                        .build();
                PullConsumer reader = client.pullConsumer("readers-of-" + topic)
                        .startFrom(StartFrom.FIRST)
                        .build()) {
            reader.subscribe(topic, Filter.ALL);
            Awaitility.await().atMost(WAIT_MAX).until(() -> {
                found.addAll(reader.poll(Duration.ofMillis(200)));
                return found.size() >= count;
            });
            // One more than there should be would come now.
            found.addAll(reader.poll(QUIET));
        }
        return found;
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("kinds")
    void rocketMqsClientStoresEachMessageOnce(ServerKind kind, @TempDir Path scratch) throws Exception {
        LostAnswers network = new LostAnswers(LOST_PERCENT, 5);
        try (Servers servers = kind.start(scratch, ServerOptions.usual().withTap(network));
                ClientLoader loader = ClientLoader.open(PEER_VERSION, HeaderType.JSON)) {
            String topic = RepeatedSendScenarios.TOPIC;
            define(servers, scratch, topic, "+dedup.window.time=1h,+dedup.window.count=100000");

            new ScenarioRef(RepeatedSendScenarios.class.getName(), "sendsEachAgainAndAgain")
                    .run(loader, new Environment(kind, servers, PEER_VERSION, "alone", scratch));

            assertThat(network.lostCount()).isGreaterThan(RepeatedSendScenarios.COUNT / 4);
            List<ReceivedMessage> stored = all(servers, topic, RepeatedSendScenarios.COUNT);
            assertThat(stored).hasSize(RepeatedSendScenarios.COUNT);
            assertThat(bodies(stored)).hasSize(RepeatedSendScenarios.COUNT);
        }
    }

    private static Set<String> bodies(List<ReceivedMessage> messages) {
        Set<String> bodies = new HashSet<>();
        messages.forEach(message -> bodies.add(new String(message.body(), UTF_8)));
        return bodies;
    }

    /** Our client gives each send an id of its own, so an application that sends again goes by its business key. */
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("kinds")
    void ourClientStoresEachBusinessKeyOnce(ServerKind kind, @TempDir Path scratch) throws Exception {
        LostAnswers network = new LostAnswers(LOST_PERCENT, 6);
        try (Servers servers = kind.start(scratch, ServerOptions.usual().withTap(network))) {
            define(servers, scratch, "keyed", "+dedup.window.time=1h,+dedup.window.count=100000,+dedup.key=KEYS");
            sendAll(servers, false, 0);
            sendAll(servers, true, COUNT / 2);

            assertThat(network.lostCount()).isPositive();
            List<ReceivedMessage> stored = all(servers, "keyed", COUNT);
            assertThat(stored).hasSize(COUNT);
            assertThat(bodies(stored)).hasSize(COUNT);
        }
    }

    /** Sends half of the messages, one a request or many; kills the broker on the way. */
    private static void sendAll(Servers servers, boolean isBatching, int from) throws InterruptedException {
        AtomicInteger acknowledged = new AtomicInteger();
        MillraceClient client =
                MillraceClient.builder().namesrv(servers.namesrvAddress()).build();
        Producer.Builder builder = client.producer().sendTimeout(Duration.ofMillis(500));
        Producer producer = (isBatching ? builder.batching(Batching.defaults()) : builder).build();
        try (client;
                producer) {
            ExecutorService threads = Executors.newFixedThreadPool(64);
            for (int i = from; i < from + COUNT / 2; i++) {
                Message message =
                        Message.of("keyed", ("m-" + i).getBytes(UTF_8)).withKey("order-" + i);
                threads.execute(() -> send(producer, message, acknowledged));
            }
            Awaitility.await().atMost(WAIT_MAX).until(() -> acknowledged.get() > COUNT / 4);
            servers.killBroker();
            servers.restartBroker();
            threads.shutdown();
            assertThat(threads.awaitTermination(WAIT_MAX.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
        assertThat(acknowledged).hasValue(COUNT / 2);
    }

    private static void send(Producer producer, Message message, AtomicInteger acknowledged) {
        CountDownLatch never = new CountDownLatch(1);
        boolean isStored = false;
        for (int attempt = 0; attempt < ATTEMPTS_MAX && (!isStored || attempt < REPEATS); attempt++) {
            boolean isAnswered = isAcknowledged(producer, message);
            if (isAnswered && !isStored) {
                acknowledged.incrementAndGet();
            }
            isStored |= isAnswered;
            if (!isAnswered && isInterrupted(never)) {
                return;
            }
        }
    }

    private static boolean isAcknowledged(Producer producer, Message message) {
        try {
            producer.send(message);
            return true;
        } catch (ClientException e) {
            // Lost, late or refused: again, with the same key.
            return false;
        }
    }

    /** A pause after a failed send. */
    private static boolean isInterrupted(CountDownLatch never) {
        try {
            return never.await(PAUSE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
