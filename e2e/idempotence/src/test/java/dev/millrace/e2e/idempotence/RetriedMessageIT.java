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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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

    @Test
    void keepsItsIdentity() throws Exception {
        try (LocalBroker servers = LocalBroker.start(folder);
                MillraceClient client = MillraceClient.builder()
                        .namesrv(servers.namesrvAddress())
                        .build()) {
            deliverTwice(client);
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
