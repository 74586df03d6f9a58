package dev.millrace.client.internal.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.Batching;
import dev.millrace.client.ClientException;
import dev.millrace.client.Compression;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Message;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.SendResult;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.fake.FakeCluster;
import dev.millrace.client.internal.group.Membership;
import dev.millrace.client.internal.group.Upkeep;
import dev.millrace.client.internal.message.Outgoing;
import dev.millrace.client.internal.message.Preparation;
import dev.millrace.client.internal.net.ClientClock;
import dev.millrace.client.internal.net.Connections;
import dev.millrace.client.internal.net.NameServers;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.reply.Requester;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.client.internal.route.RouteFixtures;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.message.UniqueId;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.TransportSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueueBatchLaneTest {
    private static final Duration TIMEOUT = Duration.ofMillis(300);

    private final FakeCluster cluster = new FakeCluster();
    private final RemotingClient remoting = new RemotingClient(
            cluster.threads, TransportSettings.defaults(), (connection, fields, body) -> {}, ConnectionListener.NONE);
    private final Requests requests = new Requests(new Connections(remoting), TIMEOUT);
    private final AtomicLong nanos = new AtomicLong();
    private final ClientClock clock = new ClientClock(nanos::get, () -> 0);
    private final RouteCache routes = new RouteCache(new NameServers(requests, cluster.namesrv.address(), 0), clock);
    private final SendContext context = new SendContext(
            requests,
            routes,
            new Preparation(new UniqueId(new byte[4], 1, 1, () -> 0), () -> 0, Compression.ZLIB, Integer.MAX_VALUE),
            clock,
            (task, afterMs) -> task.run(),
            () -> false,
            new Requester(new Membership("c", requests, routes), routes, new NoUpkeep(), (task, afterMs) -> {}),
            SendTrace.NONE);
    private final QueueBatchLane lane =
            new QueueBatchLane(context, "g", Batching.defaults(), cluster.old.address(), TIMEOUT, new Outcomes());

    /** Nothing here waits for brokers. */
    private static final class NoUpkeep implements Upkeep {
        @Override
        public CompletableFuture<Boolean> now(Runnable task) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public void later(Runnable task, long afterMs) {
            // never
        }
    }

    /** Fails messages with what the lane says. */
    private static final class Outcomes implements Lane.Outcome {
        @Override
        public void stored(PendingSend send, SendResult result) {
            send.complete(result);
        }

        @Override
        public void failed(PendingSend send, ClientException fault) {
            send.completeExceptionally(fault);
        }
    }

    @AfterEach
    void close() {
        remoting.close();
        cluster.close();
    }

    private CompletableFuture<SendResult> add() {
        byte[] body = "body".getBytes(StandardCharsets.UTF_8);
        PendingSend send = new PendingSend(
                new Outgoing(Message.of("t", body), "ID", body, 0, 77), QueueChoice.any(), TIMEOUT.toNanos());
        send.aim(RouteFixtures.queue(new TopicQueue("t", "old", 0)));
        lane.add(send, "t".getBytes(StandardCharsets.UTF_8));
        return send;
    }

    @Test
    void whatWaitsBehindARequestFailsWhenItsOwnTimeIsOver() {
        cluster.old.fallSilent();
        CompletableFuture<SendResult> first = add();
        CompletableFuture<SendResult> second = add();

        nanos.set(TIMEOUT.toNanos() + 1);

        assertThat(first).failsWithin(Duration.ofSeconds(10));
        assertThat(second)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(ClientException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT);
                    assertThat(e.isRetriable()).isTrue();
                    assertThat(e).hasMessageContaining("waited behind another request");
                });
        assertThat(cluster.old.count(RequestCode.SEND_MESSAGE_V2)).isEqualTo(1);
    }
}
