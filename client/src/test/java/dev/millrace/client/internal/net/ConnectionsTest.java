package dev.millrace.client.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.fake.FakeCluster;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.TransportSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final FakeCluster cluster = new FakeCluster();
    private final IoThreads threads = IoThreads.start(1);
    private final RemotingClient remoting = new RemotingClient(
            threads,
            TransportSettings.defaults().withRequestsInFlightMax(1),
            (connection, fields, body) -> {},
            ConnectionListener.NONE);
    private final Connections connections = new Connections(remoting);

    @AfterEach
    void close() {
        remoting.close();
        threads.close();
        cluster.close();
    }

    private CompletableFuture<Integer> ask(String address) {
        return connections.call(address, new OwnRequest.Negotiate(), TIMEOUT, (fields, body) -> fields.code());
    }

    /** One may be in flight, so the second fails while those that waited for the connection are sent. */
    @Test
    void callbacksMayWaitForOthersThatAsk() throws InterruptedException {
        CompletableFuture<Boolean> others = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        Thread other = new Thread(
                () -> {
                    connections.sendOneWay(cluster.b.address(), new OwnRequest.Negotiate());
                    asked.countDown();
                },
                "other");
        CompletableFuture<Integer> first = ask(cluster.a.address());
        CompletableFuture<Integer> second = ask(cluster.a.address());

        second.whenComplete((code, fault) -> {
            other.start();
            try {
                others.complete(asked.await(5, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                others.completeExceptionally(e);
            }
        });

        assertThat(others).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(true);
        assertThat(first).succeedsWithin(TIMEOUT);
        other.join();
    }

    @Test
    void requestsThatWaitForAConnectionKeepTheirOrder() {
        RemotingClient wide = new RemotingClient(
                threads, TransportSettings.defaults(), (connection, fields, body) -> {}, ConnectionListener.NONE);
        Connections inOrder = new Connections(wide);
        List<Integer> answered = new ArrayList<>();
        List<CompletableFuture<Integer>> all = new ArrayList<>();

        for (int i = 0; i < 200; i++) {
            int number = i;
            all.add(inOrder.call(cluster.a.address(), new OwnRequest.Negotiate(), TIMEOUT, (fields, body) -> {
                answered.add(number); // all on the one event loop
                return number;
            }));
        }
        all.forEach(each -> assertThat(each).succeedsWithin(TIMEOUT));

        assertThat(answered).isSorted().hasSize(200);
        wide.close();
    }
}
