package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.fake.FakeCluster;
import dev.millrace.client.internal.message.Records;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespaceTest {
    private final FakeCluster cluster = new FakeCluster();
    private final MillraceClient client = MillraceClient.builder()
            .namesrv(cluster.namesrv.address())
            .namespace("shop")
            .build();
    private final TopicQueue queue = new TopicQueue("t", "a", 1);

    @BeforeEach
    void route() {
        cluster.namesrv.route("shop%t", 2, cluster.a);
    }

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }

    private static Message message() {
        return Message.of("t", "body".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void namesTravelWithThePrefixAndAreShownWithout() throws InterruptedException {
        BlockingQueue<ReceivedMessage> received = new LinkedBlockingQueue<>();

        Producer producer = client.producer().group("pg").build();
        SendResult sent = producer.send(message(), QueueChoice.of(queue));
        producer.send(List.of(message()));
        Consumer consumer = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(message -> {
                    received.add(message);
                    return ConsumeResult.SUCCESS;
                })
                .start();
        ReceivedMessage message = received.poll(10, TimeUnit.SECONDS);

        assertThat(sent.queue()).isEqualTo(queue);
        assertThat(producer.queues("t")).contains(queue);
        assertThat(message).isNotNull();
        assertThat(message.topic()).isEqualTo("t");
        assertThat(message.queue().topic()).isEqualTo("t");
        assertThat(message.property("INSTANCE_ID")).hasValue("shop");
        assertThat(consumer.assignment()).contains(queue);
        assertThat(cluster.a.members("shop%g")).hasSize(1);
        byte[] record = cluster.a.record("shop%t", 1, 0);
        assertThat(Records.decode(ByteBuffer.wrap(record), "a").get(0).topic()).isEqualTo("shop%t");
    }

    @Test
    void pullConsumersNameQueuesWithoutThePrefix() {
        client.producer().build().send(message(), QueueChoice.of(queue));
        try (PullConsumer consumer =
                client.pullConsumer("g").startFrom(StartFrom.FIRST).build()) {
            consumer.assign(consumer.queues("t"));

            List<ReceivedMessage> polled = consumer.poll(Duration.ofSeconds(10));
            consumer.commit(Map.of(queue, 1L));

            assertThat(polled)
                    .hasSize(1)
                    .first()
                    .extracting(ReceivedMessage::queue)
                    .isEqualTo(queue);
            assertThat(consumer.position(queue)).isEqualTo(1);
            assertThat(consumer.committed(queue)).hasValue(1L);
            assertThat(cluster.a.offset("shop%g", "shop%t", 1)).isEqualTo(1);
        }
    }

    @Test
    void transactionsCarryThePrefixToo() {
        TransactionalProducer producer = client.transactionalProducer("payments", asked -> TransactionOutcome.UNKNOWN)
                .topic("t")
                .build();

        TransactionResult result = producer.send(message(), stored -> {
            assertThat(stored.topic()).isEqualTo("t");
            return TransactionOutcome.COMMIT;
        });

        assertThat(result.message().topic()).isEqualTo("t");
        assertThat(result.isTold()).isTrue();
    }

    @Test
    void refusesWhatIsNoName() {
        assertThatThrownBy(() ->
                        MillraceClient.builder().namesrv("x:1").namespace("a%b").build())
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("namespace 'a%b'");
    }
}
