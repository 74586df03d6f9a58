package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.fake.FakeCluster;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PullConsumerTest {
    private final FakeCluster cluster = new FakeCluster();
    private final MillraceClient client = cluster.client();

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }

    private void sendTen() {
        cluster.namesrv.route("t", 1, cluster.a);
        try (Producer producer = client.producer().compressFromBytes(5).build()) {
            for (int i = 0; i < 10; i++) {
                String body = "body " + i + "x".repeat(i * 10);
                producer.send(Message.of("t", body.getBytes(StandardCharsets.UTF_8))
                        .withTag(i % 2 == 0 ? "even" : "odd")
                        .withProperty("n", Integer.toString(i)));
            }
        }
    }

    private static List<String> poll(PullConsumer consumer, int count) {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < 20 && numbers.size() < count; i++) {
            for (ReceivedMessage message : consumer.poll(Duration.ofMillis(500))) {
                String number = message.property("n").orElse("");
                assertThat(new String(message.body(), StandardCharsets.UTF_8)).startsWith("body " + number);
                numbers.add(number);
            }
        }
        return numbers;
    }

    @Test
    void readsInOrderAndCommits() {
        sendTen();
        PullConsumer consumer =
                client.pullConsumer("g").startFrom(StartFrom.FIRST).build();
        TopicQueue queue = new TopicQueue("t", "a", 0);

        consumer.assign(List.of(queue));

        assertThat(poll(consumer, 10)).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        consumer.commit();
        assertThat(consumer.position(queue)).isEqualTo(10);
        assertThat(cluster.a.offset("g", "t", 0)).isEqualTo(10);
    }

    @Test
    void leavesOutOtherTags() {
        sendTen();
        PullConsumer consumer =
                client.pullConsumer("g").startFrom(StartFrom.FIRST).build();

        consumer.assign(consumer.queues("t"), Filter.tags("odd || none"));

        assertThat(poll(consumer, 5)).containsExactly("1", "3", "5", "7", "9");
    }

    @Test
    void goesOnAtTheOffsetSought() {
        sendTen();
        PullConsumer consumer =
                client.pullConsumer("g").startFrom(StartFrom.FIRST).build();
        TopicQueue queue = new TopicQueue("t", "a", 0);
        consumer.assign(List.of(queue));
        poll(consumer, 1);

        consumer.seek(queue, 8);

        assertThat(poll(consumer, 2)).containsExactly("8", "9");
    }

    @Test
    void isWokenByANewMessage() {
        sendTen();
        PullConsumer consumer =
                client.pullConsumer("g").startFrom(StartFrom.LAST).build();
        consumer.assign(consumer.queues("t"));
        assertThat(consumer.poll(Duration.ofMillis(50))).isEmpty();

        client.producer().build().send(Message.of("t", new byte[] {1}));

        assertThat(consumer.poll(Duration.ofSeconds(10))).hasSize(1);
    }

    @Test
    void correctsAnOffsetThatIsNotStored() {
        sendTen();
        PullConsumer consumer = client.pullConsumer("g").build();
        TopicQueue queue = new TopicQueue("t", "a", 0);
        consumer.assign(List.of(queue));

        consumer.seek(queue, 5000);
        consumer.poll(Duration.ofMillis(100));
        client.producer().build().send(Message.of("t", new byte[] {1}));

        assertThat(consumer.poll(Duration.ofSeconds(10))).hasSize(1);
    }
}
