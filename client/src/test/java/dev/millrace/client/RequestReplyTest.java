package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.fake.FakeCluster;
import dev.millrace.client.internal.message.Records;
import dev.millrace.protocol.RequestCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Without the way back through a broker, which the e2e suites show. */
class RequestReplyTest {
    private final FakeCluster cluster = new FakeCluster();
    private final MillraceClient client = cluster.client();
    private final Message message = Message.of("t", "question".getBytes(StandardCharsets.UTF_8));

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }

    private ReceivedMessage stored() {
        return Records.decode(ByteBuffer.wrap(cluster.a.record("t", 0, 0)), "a").get(0);
    }

    @Test
    void introducesItselfToAllBrokersThenAsksAndGivesUpInTime() {
        cluster.namesrv.route("t", 1, cluster.a);
        cluster.namesrv.route("c_REPLY_TOPIC", 1, cluster.a, cluster.b);
        Producer producer = client.producer().group("pg").build();

        assertThatThrownBy(() -> producer.request(message, Duration.ofMillis(200)))
                .isInstanceOfSatisfying(
                        ClientException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));

        assertThat(cluster.a.producers("pg")).isTrue();
        assertThat(cluster.b.producers("pg")).isTrue();
        ReceivedMessage request = stored();
        assertThat(request.property("CORRELATION_ID")).isPresent();
        assertThat(request.property("REPLY_TO_CLIENT")).isPresent();
        assertThat(request.property("TTL")).hasValue("200");
    }

    @Test
    void answersTravelUnderTheirOwnCode() {
        cluster.namesrv.route("t", 1, cluster.a);
        cluster.namesrv.route("c_REPLY_TOPIC", 1, cluster.a);
        Producer producer = client.producer().batching(Batching.defaults()).build();
        producer.send(message.withProperty("CLUSTER", "c")
                .withProperty("CORRELATION_ID", "1")
                .withProperty("REPLY_TO_CLIENT", "me")
                .withProperty("TTL", "1000"));

        Message reply = Message.replyTo(stored(), new byte[] {1});
        producer.send(reply);

        assertThat(reply.topic()).isEqualTo("c_REPLY_TOPIC");
        assertThat(reply.properties())
                .containsEntry("MSG_TYPE", "reply")
                .containsEntry("CORRELATION_ID", "1")
                .containsEntry("REPLY_TO_CLIENT", "me")
                .containsEntry("TTL", "1000");
        assertThat(cluster.a.count(RequestCode.SEND_REPLY_MESSAGE_V2)).isEqualTo(1);
    }

    @Test
    void saysWhatCannotBe() {
        cluster.namesrv.route("t", 1, cluster.a);
        Producer producer = client.producer().build();
        producer.send(message);

        assertThatThrownBy(() -> Message.replyTo(stored(), new byte[1]))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("asks for no answer: it has no property CLUSTER");
        assertThatThrownBy(() -> producer.request(message, Duration.ZERO)).hasMessageContaining("timeout PT0S");
        assertThatThrownBy(() -> producer.request(Message.of("absent", new byte[1]), Duration.ofMillis(500)))
                .isInstanceOf(ClientException.class);
    }

    @Test
    void requestsThatWaitEndWithTheClient() {
        cluster.namesrv.route("t", 1, cluster.a);
        CompletableFuture<ReceivedMessage> answer =
                client.producer().build().requestAsync(message, Duration.ofMinutes(1));
        while (cluster.a.end("t", 0) == 0) {
            Thread.onSpinWait();
        }

        client.close();

        assertThat(answer)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withMessageContaining("the client was closed");
    }
}
