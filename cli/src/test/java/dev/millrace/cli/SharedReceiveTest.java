package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.cluster.ClientCluster;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.fake.FakeCluster;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code millrace receive} commands of one group, against servers in memory that speak the protocol. */
class SharedReceiveTest {
    private static final int QUEUE_COUNT = 4;

    private final FakeCluster servers = new FakeCluster();
    private final MillraceClient client = servers.client();
    private final AtomicInteger sentCount = new AtomicInteger();

    @AfterEach
    void close() {
        client.close();
        servers.close();
    }

    /** A command that runs, and what it printed so far. */
    private static final class Receiving {
        private final StringWriter out = new StringWriter();
        private final StringWriter err = new StringWriter();
        private final CompletableFuture<Integer> exitCode;

        Receiving(FakeCluster servers, String... more) {
            exitCode = CompletableFuture.supplyAsync(() -> {
                String[] common = {"receive", "t", "--group", "g", "--namesrv", servers.namesrv.address()};
                return Commands.commandLine(
                                FakeMillrace.machine(task -> {}, ClientCluster::connect), InputStream.nullInputStream())
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(Stream.of(common, more).flatMap(Stream::of).toArray(String[]::new));
            });
        }

        List<String> lines() {
            String soFar = out.toString();
            return soFar.substring(0, soFar.lastIndexOf('\n') + 1).lines().toList();
        }
    }

    private void sendOneToEachQueue(Producer producer) {
        for (int queue = 0; queue < QUEUE_COUNT; queue++) {
            String body = Integer.toString(sentCount.getAndIncrement());
            producer.send(
                    Message.of("t", body.getBytes(StandardCharsets.UTF_8)),
                    QueueChoice.of(new TopicQueue("t", "a", queue)));
        }
    }

    private static void until(BooleanSupplier condition, Runnable step) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time is over").isLessThan(deadline);
            step.run();
        }
    }

    @Test
    void shareQueuesAndTakeOver() throws Exception {
        servers.namesrv.route("t", QUEUE_COUNT, servers.a);
        Receiving staying = new Receiving(servers, "--timeout", "3s");
        until(() -> servers.a.members("g").size() == 1, Thread::onSpinWait);
        Receiving leaving = new Receiving(servers, "--count", "5");

        try (Producer producer = client.producer().build()) {
            Runnable sendOn = () -> {
                if (sentCount.get() - staying.lines().size() - leaving.lines().size() < QUEUE_COUNT) {
                    sendOneToEachQueue(producer);
                }
            };
            until(
                    () -> servers.a.members("g").size() == 2 || leaving.exitCode.isDone(),
                    sendOn); // without messages the first one would end
            servers.a.notifyMembers("g");
            until(leaving.exitCode::isDone, sendOn);
            servers.a.notifyMembers("g");
            sendOneToEachQueue(producer);
        }

        assertThat(leaving.exitCode.get(30, TimeUnit.SECONDS)).isZero();
        assertThat(leaving.lines()).hasSize(5);
        assertThat(staying.exitCode.get(30, TimeUnit.SECONDS)).isZero();
        Set<String> all = new HashSet<>(staying.lines());
        all.addAll(leaving.lines());
        assertThat(all).hasSize(sentCount.get());
    }

    @Test
    void showsABodyThatDoesNotDecompressAndGoesOn() throws Exception {
        servers.namesrv.route("t", 1, servers.a);
        try (Producer producer = client.producer().build()) {
            QueueChoice first = QueueChoice.of(new TopicQueue("t", "a", 0));
            servers.a.markNextCompressed();
            producer.send(Message.of("t", "not zlib".getBytes(StandardCharsets.UTF_8)), first);
            producer.send(Message.of("t", "whole".getBytes(StandardCharsets.UTF_8)), first);
        }

        Receiving all = new Receiving(servers, "--count", "2");

        assertThat(all.exitCode.get(30, TimeUnit.SECONDS)).isZero();
        assertThat(all.lines()).containsExactly("not zlib", "whole");
        assertThat(all.err.toString())
                .contains("in a queue 0 offset 0 is shown as it is stored", "a compressed body can't be read");
        assertThat(servers.a.offset("g", "t", 0)).isEqualTo(2);
    }
}
