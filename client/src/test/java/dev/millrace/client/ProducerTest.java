package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.fake.FakeCluster;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProducerTest {
    private final FakeCluster cluster = new FakeCluster();
    private final MillraceClient client = cluster.client();

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }

    private static Message message(String topic) {
        return Message.of(topic, "body".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void sendsToTheChosenQueue() {
        cluster.namesrv.route("t", 4, cluster.a);

        SendResult result = client.producer().build().send(message("t"), QueueChoice.of(new TopicQueue("t", "a", 3)));

        assertThat(result.queue()).isEqualTo(new TopicQueue("t", "a", 3));
        assertThat(cluster.a.end("t", 3)).isEqualTo(1);
        assertThat(result.messageId()).hasSize(32);
    }

    @Test
    void sendsOneKeyToOneQueue() {
        cluster.namesrv.route("t", 4, cluster.a, cluster.b);
        Producer producer = client.producer().build();

        TopicQueue first =
                producer.send(message("t"), QueueChoice.byKey("order-1")).queue();

        for (int i = 0; i < 10; i++) {
            assertThat(producer.send(message("t"), QueueChoice.byKey("order-1")).queue())
                    .isEqualTo(first);
        }
    }

    @Test
    void repeatsOnAnotherBrokerAfterARefusal() {
        cluster.namesrv.route("t", 1, cluster.a, cluster.b);
        cluster.a.refuseNext(ResponseCode.SYSTEM_BUSY);
        cluster.b.refuseNext(ResponseCode.SERVICE_NOT_AVAILABLE);
        Producer producer = client.producer().build();

        SendResult first = producer.send(message("t"));

        assertThat(first.queueOffset()).isZero();
        assertThat(cluster.a.end("t", 0) + cluster.b.end("t", 0)).isEqualTo(1);
    }

    @Test
    void recallsWhatTheBrokerHoldsBackOnce() {
        cluster.namesrv.route("t", 1, cluster.a);
        Producer producer = client.producer().batching(Batching.defaults()).build();

        SendResult plain = producer.send(message("t"));
        String handle = producer.send(message("t").withDelay(Duration.ofHours(1)))
                .recallHandle()
                .orElseThrow();
        producer.recall("t", handle);

        assertThat(plain.recallHandle()).isEmpty();
        assertThat(cluster.a.count(RequestCode.RECALL_MESSAGE)).isEqualTo(1);
        assertThatThrownBy(() -> producer.recall("t", handle))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("not held back");
        assertThatThrownBy(() -> producer.recall("t", "forged"))
                .isInstanceOfSatisfying(
                        ClientException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    @Test
    void givesUpAtOnceWhenTheMessageIsIllegal() {
        cluster.namesrv.route("t", 1, cluster.a);
        cluster.a.refuseNext(ResponseCode.MESSAGE_ILLEGAL);

        assertThatThrownBy(() -> client.producer().build().send(message("t")))
                .isInstanceOfSatisfying(
                        ClientException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_MESSAGE));
        assertThat(cluster.a.count(RequestCode.SEND_MESSAGE_V2)).isEqualTo(1);
    }

    @Test
    void failsWithinTheTimeoutWhenNobodyAnswers() {
        cluster.namesrv.route("t", 1, cluster.a);
        cluster.a.fallSilent();
        Producer producer =
                client.producer().sendTimeout(Duration.ofMillis(300)).build();

        assertThatThrownBy(() -> producer.send(message("t")))
                .isInstanceOfSatisfying(
                        ClientException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
    }

    @Test
    void refusesMoreThanTheBufferHolds() {
        cluster.namesrv.route("t", 1, cluster.a);
        cluster.a.fallSilent();
        Producer producer = client.producer()
                .bufferBytesMax(1000)
                .bufferWaitMax(Duration.ZERO)
                .sendTimeout(Duration.ofMillis(300))
                .build();

        List<CompletableFuture<SendResult>> sends = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sends.add(producer.sendAsync(message("t")));
        }

        assertThat(sends.get(4))
                .failsWithin(Duration.ofSeconds(1))
                .withThrowableThat()
                .withMessageContaining("buffer");
    }

    @Test
    void saysThatATopicHasNoRoute() {
        assertThatThrownBy(() -> client.producer()
                        .sendTimeout(Duration.ofMillis(200))
                        .build()
                        .send(message("absent")))
                .isInstanceOfSatisfying(
                        ClientException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_ROUTE));
    }

    @Test
    void batchesOverQueuesAndTopicsInOneRequest() throws Exception {
        cluster.namesrv.route("t", 4, cluster.a);
        cluster.namesrv.route("u", 2, cluster.a);
        Producer producer = client.producer()
                .batching(Batching.of(64 * 1024, Duration.ofMillis(20), 2))
                .build();

        List<CompletableFuture<SendResult>> sends = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            sends.add(producer.sendAsync(message(i % 3 == 0 ? "u" : "t").withTag("x")));
        }
        producer.flush();

        for (CompletableFuture<SendResult> send : sends) {
            assertThat(send.get(5, TimeUnit.SECONDS).messageId()).isNotEmpty();
        }
        assertThat(cluster.a.count(RequestCode.MULTI_SEND)).isBetween(1L, 10L);
        assertThat(cluster.a.count(RequestCode.SEND_MESSAGE_V2)).isZero();
    }

    @Test
    void fallsBackToBatchesOfOneQueue() throws Exception {
        cluster.namesrv.route("t", 2, cluster.old);
        Producer producer = client.producer().batching(Batching.defaults()).build();

        List<CompletableFuture<SendResult>> sends = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            sends.add(producer.sendAsync(message("t")));
        }

        long[] next = new long[2];
        for (CompletableFuture<SendResult> send : sends) {
            SendResult result = send.get(5, TimeUnit.SECONDS);
            assertThat(result.queueOffset()).isEqualTo(next[result.queueId()]++);
        }
        assertThat(cluster.old.count(RequestCode.SEND_BATCH_MESSAGE)).isPositive();
        assertThat(cluster.old.count(RequestCode.MULTI_SEND)).isZero();
    }

    @Test
    void failsOnlyTheGroupThatWasRefused() {
        cluster.namesrv.route("t", 1, cluster.a);
        cluster.namesrv.route("refused", 1, cluster.a);
        Producer producer = client.producer()
                .batching(Batching.of(64 * 1024, Duration.ofMillis(20), 1))
                .sendTimeout(Duration.ofMillis(300))
                .build();

        CompletableFuture<SendResult> bad = producer.sendAsync(message("refused"));
        CompletableFuture<SendResult> good = producer.sendAsync(message("t"));
        producer.flush();

        assertThat(good).succeedsWithin(Duration.ofSeconds(5));
        assertThat(bad).failsWithin(Duration.ofSeconds(5)).withThrowableThat().withMessageContaining("NO_PERMISSION");
    }

    @Test
    void repeatsABatchThatTheBrokerRefused() {
        cluster.namesrv.route("t", 1, cluster.a);
        cluster.a.refuseNext(ResponseCode.SYSTEM_BUSY);
        Producer producer = client.producer().batching(Batching.defaults()).build();

        assertThat(producer.send(message("t")).queueOffset()).isZero();
    }

    @Test
    void leavesItsGroupWithTheLastOfItsProducers() {
        cluster.namesrv.route("t", 1, cluster.a);
        Producer first = client.producer().group("pg").build();
        Producer second = client.producer().group("pg").build();
        first.send(message("t"));
        // Its first message is a heartbeat, which tells of all groups.
        client.transactionalProducer("asked", asked -> TransactionOutcome.UNKNOWN)
                .topic("t")
                .build();
        while (!cluster.a.producers("pg")) {
            Thread.onSpinWait();
        }

        first.close();
        first.close();
        boolean afterOne = cluster.a.producers("pg");
        second.close();

        assertThat(afterOne).isTrue();
        assertThat(cluster.a.producers("pg")).isFalse();
        assertThat(cluster.a.count(RequestCode.UNREGISTER_CLIENT)).isEqualTo(1);
    }
}
