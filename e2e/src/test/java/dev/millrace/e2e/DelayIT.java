package dev.millrace.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.StartFrom;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.TimedPeer;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * 100,000 messages that are due at random times within a minute, sent by our client and by RocketMQ's, received by a group
 * of each, while the broker is killed in the middle. How late they come is printed and written to {@code
 * target/reports/delay-*.txt}, and not judged: a test knows nothing of its machine.
 */
final class DelayIT {
    private static final String VERSION = "5.5.0";
    private static final String TOPIC = "delay";
    private static final Duration WAIT_MAX = Duration.ofMinutes(4);
    private static final int IN_FLIGHT = 512;

    /** RocketMQ's broker rounds a time down to a whole second, and takes one more from a whole one. */
    private static final long APACHE_EARLY_MS = 2_000;

    /**
     * How much is sent.
     *
     * @param theirs how many of {@code count} the published client sends
     * @param leadMs from the first send to the first time at which one can be due
     */
    record Load(int count, int theirs, long leadMs, long spreadMs) {
        static Load of(ServerKind kind) {
            return switch (kind) {
                case APACHE -> new Load(10_000, 2_000, 6_000, 15_000);
                case MILLRACE -> new Load(100_000, 20_000, 12_000, 60_000);
            };
        }
    }

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void eachComesWhenItIsDueThoughTheBrokerIsKilled(ServerKind kind, @TempDir Path scratch) throws Exception {
        Load load = Load.of(kind);
        try (Servers servers = kind.start(scratch, ServerOptions.usual());
                ClientLoader loader = ClientLoader.open(VERSION, HeaderType.JSON);
                TimedPeer peer = TimedPeer.of(loader, new Environment(kind, servers, VERSION, "delay", scratch));
                MillraceClient client = MillraceClient.builder()
                        .namesrv(servers.namesrvAddress())
                        .build()) {
            Admin.of(client).createTopic(TopicSpec.of(TOPIC, 4));
            until(() -> Admin.of(client).describeTopic(TOPIC).isPresent());
            long[] due = DueMessages.randomTimes(load.count, System.currentTimeMillis() + load.leadMs, load.spreadMs);
            DueMessages ours = new DueMessages(due);
            DueMessages theirs = new DueMessages(due);

            Consumer consumer = consumer(client, ours);
            try (consumer) {
                peer.receive(TOPIC, delivery -> theirs.receive(delivery, System.currentTimeMillis()));
                sendAll(client, peer, load, due);
                until(() -> ours.receivedCount() > load.count / 2 && theirs.receivedCount() > load.count / 2);
                ours.brokerIsKilled();
                theirs.brokerIsKilled();
                long killMs = System.currentTimeMillis();
                servers.killBroker();
                servers.restartBroker();
                until(() -> ours.receivedCount() == load.count && theirs.receivedCount() == load.count);
                report(kind, load, "our group " + ours.report(killMs), "RocketMQ's group " + theirs.report(killMs));
            }

            assertDelivered(kind, ours);
            assertDelivered(kind, theirs);
        }
    }

    private static Consumer consumer(MillraceClient client, DueMessages messages) {
        return client.consumer("delay-ours")
                .subscribe(TOPIC, Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(32, batch -> {
                    long now = System.currentTimeMillis();
                    for (ReceivedMessage message : batch) {
                        int number = Integer.parseInt(new String(message.body(), UTF_8));
                        String place = message.queue().queueId() + "@" + message.queueOffset();
                        messages.receive(
                                new TimedPeer.Delivery(
                                        number, place, message.storeTime().toEpochMilli()),
                                now);
                    }
                    return ConsumeResult.SUCCESS;
                })
                .start();
    }

    /** Returns when all are acknowledged. */
    private static void sendAll(MillraceClient client, TimedPeer peer, Load load, long[] due) throws Exception {
        List<CompletableFuture<SendResult>> sends = new ArrayList<>();
        Semaphore free = new Semaphore(IN_FLIGHT);
        try (Producer producer = client.producer().build()) {
            for (int number = load.theirs; number < load.count; number++) {
                free.acquire();
                byte[] body = String.valueOf(number).getBytes(UTF_8);
                sends.add(producer.sendAsync(Message.of(TOPIC, body).withDeliveryAt(Instant.ofEpochMilli(due[number])))
                        .whenComplete((result, failure) -> free.release()));
            }
            peer.send(TOPIC, 0, load.theirs, number -> due[number]);
            sends.forEach(CompletableFuture::join);
        }
    }

    private static void report(ServerKind kind, Load load, String... groups) throws IOException {
        String text = "delivery times, " + kind + ": " + load + "\n" + String.join("\n", groups) + "\n";
        System.out.print(text);
        Path folder = Files.createDirectories(Path.of("target", "reports"));
        Files.writeString(folder.resolve("delay-" + kind + ".txt"), text);
    }

    private static void assertDelivered(ServerKind kind, DueMessages messages) {
        assertThat(messages.earlyCount(kind == ServerKind.APACHE ? APACHE_EARLY_MS : 0))
                .isZero();
        assertThat(messages.unexplainedCount()).isZero();
        if (kind == ServerKind.MILLRACE) {
            // Apache's broker may deliver again what it delivered just before a crash.
            assertThat(messages.twicePlacedCount()).isZero();
        }
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await().atMost(WAIT_MAX).pollInterval(Duration.ofMillis(20)).until(condition::getAsBoolean);
    }
}
