package dev.millrace.protocol.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.protocol.command.OwnRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DoorTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ReplyReader<String> TEXT =
            (fields, body) -> UTF_8.decode(body).toString();
    private static final int CONNECTIONS_MAX = 16;

    private final IoThreads threads = IoThreads.start(2);
    private final Door one = open(CONNECTIONS_MAX);
    private final Door two = open(CONNECTIONS_MAX);
    private final RemotingClient client =
            new RemotingClient(threads, TransportSettings.defaults(), RequestHandler.NONE, ConnectionListener.NONE);

    private Door open(int connectionsMax) {
        return Door.open(
                threads,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TransportSettings.defaults(),
                connectionsMax);
    }

    @AfterEach
    void stop() {
        client.close();
        one.close();
        two.close();
        threads.close();
    }

    /** Answers with its name. */
    private static RequestHandler named(String name) {
        return (connection, fields, body) -> {
            byte[] answer = (name + " " + UTF_8.decode(body)).getBytes(UTF_8);
            ReplyTo.of(connection, fields)
                    .reply(Reply.success()
                            .withBody(new ReplyBody(List.of(ByteBuffer.wrap(answer)), answer.length, () -> {})));
        };
    }

    private static final class Opened implements ConnectionListener {
        private final AtomicInteger count = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();

        @Override
        public void opened(Connection connection) {
            count.incrementAndGet();
        }

        @Override
        public void closed(Connection connection) {
            closed.incrementAndGet();
        }
    }

    private CompletableFuture<String> call(Door door, String text) {
        return client.call(
                "127.0.0.1:" + door.port(),
                new OwnRequest.MultiSend(ByteBuffer.wrap(text.getBytes(UTF_8))),
                LONG,
                TEXT);
    }

    private static InetSocketAddress address(Door door) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port());
    }

    @Test
    void aConnectionWaitsUntilSomebodyServes() {
        CompletableFuture<String> early = call(one, "early");
        Waiting.get(client.connection("127.0.0.1:" + one.port()));
        assertThat(early).isNotDone();

        one.serve(named("one"), ConnectionListener.NONE);

        assertThat(Waiting.get(early)).isEqualTo("one early");
    }

    @Test
    void nothingIsTakenWhileItHoldsAndTheSameServiceGoesOn() {
        RequestHandler handler = named("one");
        Opened opened = new Opened();
        one.serve(handler, opened);
        assertThat(Waiting.get(call(one, "a"))).isEqualTo("one a");

        Waiting.get(one.hold());
        Connection same = Waiting.get(client.connection("127.0.0.1:" + one.port()));
        CompletableFuture<String> held = call(one, "b");
        one.serve(handler, opened);

        assertThat(Waiting.get(held)).isEqualTo("one b");
        assertThat(Waiting.get(client.connection("127.0.0.1:" + one.port()))).isSameAs(same);
        assertThat(opened.count).hasValue(1);
        assertThat(opened.closed).hasValue(0);
    }

    @Test
    void aServedConnectionIsPassedOnWithoutBeingClosed() {
        Opened opened = new Opened();
        one.serve(named("one"), opened);
        two.serve(named("two"), ConnectionListener.NONE);
        assertThat(Waiting.get(call(one, "a"))).isEqualTo("one a");
        Connection same = Waiting.get(client.connection("127.0.0.1:" + one.port()));

        Waiting.get(one.hold());
        CompletableFuture<String> held = call(one, "b");
        Waiting.get(one.passOn(address(two)));

        assertThat(Waiting.get(held)).isEqualTo("two b");
        assertThat(Waiting.get(call(one, "c"))).isEqualTo("two c");
        assertThat(same.isOpen()).isTrue();
        assertThat(opened.closed).hasValue(1);
    }

    @Test
    void whatWasTakenIsAnsweredBeforeTheConnectionIsPassedOn() {
        EchoHandler slow = new EchoHandler();
        slow.isParking = true;
        one.serve(slow, ConnectionListener.NONE);
        two.serve(named("two"), ConnectionListener.NONE);
        CompletableFuture<String> taken = call(one, "taken");
        Waiting.until("taken", () -> slow.handled.get() == 1);

        Waiting.get(one.passOn(address(two)));
        CompletableFuture<String> later = call(one, "later");
        slow.answerParked();

        assertThat(Waiting.get(taken)).isEqualTo("taken");
        assertThat(Waiting.get(later)).isEqualTo("two later");
    }

    @Test
    void manyRequestsUnderWayAreAllAnsweredOnce() {
        one.serve(named("one"), ConnectionListener.NONE);
        two.serve(named("two"), ConnectionListener.NONE);
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            answers.add(call(one, Integer.toString(i)));
            if (i == 5_000) {
                Waiting.get(one.hold());
                one.passOn(address(two));
            }
        }

        int fromTwo = 0;
        for (int i = 0; i < answers.size(); i++) {
            String answer = Waiting.get(answers.get(i));
            assertThat(answer).isIn("one " + i, "two " + i);
            fromTwo += answer.startsWith("two") ? 1 : 0;
        }
        assertThat(fromTwo).isPositive();
    }

    @Test
    void aConnectionThatWasPassedOnGoesRoundAndComesBack() {
        one.serve(named("one"), ConnectionListener.NONE);
        two.serve(named("two"), ConnectionListener.NONE);
        assertThat(Waiting.get(call(one, "a"))).isEqualTo("one a");
        Waiting.get(one.passOn(address(two)));
        assertThat(Waiting.get(call(one, "b"))).isEqualTo("two b");
        Connection same = Waiting.get(client.connection("127.0.0.1:" + one.port()));

        Waiting.get(two.hold());
        one.serve(named("one again"), ConnectionListener.NONE);
        Waiting.get(two.passOn(address(one)));

        assertThat(Waiting.get(call(one, "c"))).isEqualTo("one again c");
        assertThat(same.isOpen()).isTrue();
    }

    @Test
    void aConnectionIsClosedWithTheEndItWasPassedTo() {
        two.serve(named("two"), ConnectionListener.NONE);
        Waiting.get(one.passOn(address(two)));
        assertThat(Waiting.get(call(one, "a"))).isEqualTo("two a");
        Connection passed = Waiting.get(client.connection("127.0.0.1:" + one.port()));

        two.close();

        Waiting.until("closed", () -> !passed.isOpen());
    }

    @Test
    void aConnectionIsNotLeftWithAnEndThatAnswersNothing() throws IOException {
        try (ServerSocket frozen = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Waiting.get(one.passOn((InetSocketAddress) frozen.getLocalSocketAddress()));
            CompletableFuture<String> lost = call(one, "lost");
            Connection passed = Waiting.get(client.connection("127.0.0.1:" + one.port()));
            try (Socket reached = frozen.accept()) {
                assertThat(reached.getInputStream().read())
                        .as("first byte passed on")
                        .isZero();
                assertThat(passed.isOpen()).isTrue();

                one.serve(named("one"), ConnectionListener.NONE);

                Waiting.until("closed", () -> !passed.isOpen());
                assertThatThrownBy(() -> Waiting.get(lost)).isInstanceOf(TransportException.class);
                assertThat(Waiting.get(call(one, "again"))).isEqualTo("one again");
            }
        }
    }

    @Test
    void itTriesUntilTheOtherEndListens() {
        Door gone = open(CONNECTIONS_MAX);
        InetSocketAddress address = address(gone);
        gone.close();
        Waiting.get(one.passOn(address));
        CompletableFuture<String> waiting = call(one, "a");

        try (Door back = Door.open(threads, address, TransportSettings.defaults(), CONNECTIONS_MAX)) {
            back.serve(named("back"), ConnectionListener.NONE);

            assertThat(Waiting.get(waiting)).isEqualTo("back a");
        }
    }

    @Test
    void moreConnectionsThanTheLimitAreClosed() {
        try (Door small = open(0)) {
            small.serve(named("small"), ConnectionListener.NONE);

            assertThatThrownBy(() -> Waiting.get(call(small, "a"))).isInstanceOf(TransportException.class);
        }
    }
}
