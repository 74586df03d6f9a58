package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.fake.FakeCluster;
import dev.millrace.protocol.ResponseCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouteCacheTest {
    private final FakeCluster cluster = new FakeCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private static Message message() {
        return Message.of("t", "body".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void asksTheNextNameServerWhenOneIsDown() {
        cluster.namesrv.route("t", 1, cluster.a);

        try (MillraceClient client = MillraceClient.builder()
                .namesrv("127.0.0.1:1;" + cluster.namesrv.address())
                .build()) {
            assertThat(client.producer().build().send(message()).broker()).isEqualTo("a");
        }
    }

    @Test
    void goesOnWithKnownRoutesWhenAllNameServersAreDown() {
        cluster.namesrv.route("t", 1, cluster.a);
        try (MillraceClient client = cluster.client()) {
            Producer producer = client.producer().build();
            producer.send(message());

            cluster.namesrv.close();
            cluster.a.refuseNext(ResponseCode.SYSTEM_BUSY);

            assertThat(producer.send(message()).queueOffset()).isEqualTo(1);
            assertThatThrownBy(() -> producer.send(Message.of("other", new byte[] {1})))
                    .isInstanceOfSatisfying(
                            ClientException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_NAMESERVER));
        }
    }

    @Test
    void followsATopicThatMovedToAnotherBroker() {
        cluster.namesrv.route("t", 1, cluster.a);
        try (MillraceClient client = cluster.client()) {
            Producer producer = client.producer().build();
            producer.send(message());

            cluster.namesrv.route("t", 1, cluster.b);
            cluster.a.close();

            assertThat(producer.send(message()).broker()).isEqualTo("b");
        }
    }

    @Test
    void keepsTheOrderOfSendsWhileItConnects() throws Exception {
        cluster.namesrv.route("t", 1, cluster.a);
        try (MillraceClient client = cluster.client()) {
            Producer producer = client.producer().build();

            List<CompletableFuture<SendResult>> sends = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                sends.add(producer.sendAsync(message()));
            }

            for (int i = 0; i < 50; i++) {
                assertThat(sends.get(i).get(5, TimeUnit.SECONDS).queueOffset()).isEqualTo(i);
            }
        }
    }

    @Test
    void needsANameServer() {
        assertThatThrownBy(() -> MillraceClient.builder().build())
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("host:port");
    }
}
