package dev.millrace.e2e.idempotence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.MessageListener;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.StartFrom;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.IdempotentListener;
import dev.millrace.client.idempotent.MemoryStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our broker delivers messages again, from the retry topic: they keep their identity. */
class RetriedMessageIT {
    private static final int COUNT = 100;
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir
    Path folder = Path.of("");

    private ServerProcess server(String module, String mainClass, int port, String settings) throws IOException {
        Path target = Path.of("../..", module, "target").toAbsolutePath().normalize();
        Path config = Files.writeString(folder.resolve(module + ".properties"), settings);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                mainClass,
                "--config",
                config.toString());
        return new ServerProcess(command, folder.resolve(module + ".txt"), port, "TERM");
    }

    @Test
    void keepsItsIdentity() throws Exception {
        int namesrvPort = ServerProcess.freePort();
        int brokerPort = ServerProcess.freePort();
        ServerProcess namesrv = server(
                "namesrv-image",
                "dev.millrace.namesrv.NamesrvMain",
                namesrvPort,
                "namesrv.host=127.0.0.1\nnamesrv.http-port=0\nnamesrv.port=%d\n".formatted(namesrvPort));
        ServerProcess broker = server("broker-image", "dev.millrace.broker.BrokerMain", brokerPort, """
                broker.port=%d
                broker.name=a
                broker.namesrv=127.0.0.1:%d
                broker.host=127.0.0.1
                store.path=%s
                store.segment-size=64MiB
                store.disk.reserve=1MiB
                """.formatted(
                        brokerPort, namesrvPort, folder.resolve("store")));
        namesrv.start();
        broker.start();
        try (MillraceClient client =
                MillraceClient.builder().namesrv("127.0.0.1:" + namesrvPort).build()) {
            deliverTwice(client);
        } finally {
            broker.stop();
            namesrv.stop();
        }
    }

    /** The listener is done with a message, and then the consumer asks for it again, as if it had died just then. */
    private static void deliverTwice(MillraceClient client) throws Exception {
        await().atMost(DEADLINE)
                .ignoreExceptions()
                .untilAsserted(() -> Admin.of(client).createTopic(TopicSpec.of("orders", 2)));
        try (Producer producer = client.producer().build()) {
            for (int i = 0; i < COUNT; i++) {
                producer.send(Message.of("orders", Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
            }
        }
        Queue<String> effects = new ConcurrentLinkedQueue<>();
        Queue<String> again = new ConcurrentLinkedQueue<>();
        try (IdempotentListener once =
                IdempotentListener.of(MemoryStore.ofSize(1000), IdempotenceSettings.of("billing"), message -> {
                    effects.add(new String(message.body(), StandardCharsets.UTF_8));
                    return ConsumeResult.SUCCESS;
                })) {
            MessageListener dying = message -> {
                ConsumeResult result = once.consume(message);
                if (message.timesConsumed() == 0) {
                    return ConsumeResult.RETRY;
                }
                again.add(message.queue().topic());
                return result;
            };
            try (Consumer consumer = client.consumer("billing")
                    .subscribe("orders", Filter.ALL)
                    .startFrom(StartFrom.FIRST)
                    .retryDelayLevel(1)
                    .listener(dying)
                    .start()) {
                await().atMost(DEADLINE).until(() -> again.size() == COUNT);
                assertThat(consumer.assignment()).isNotEmpty();
            }

            assertThat(again).containsOnly("%RETRY%billing");
            assertThat(effects).hasSize(COUNT).doesNotHaveDuplicates();
            assertThat(once.counts().duplicates()).isEqualTo(COUNT);
        }
    }
}
