package dev.millrace.protocol.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.Serialization;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.PopRequest;
import dev.millrace.protocol.command.Request;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RemotingTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final ReplyReader<byte[]> BODY = (fields, body) -> {
        byte[] bytes = new byte[body.remaining()];
        body.get(bytes);
        return bytes;
    };
    private static final ReplyReader<String> CODE_AND_REMARK = (fields, body) -> fields.code() + " " + fields.remark();

    private final EchoHandler echo = new EchoHandler();
    private final AtomicReference<RequestHandler> serverHandler = new AtomicReference<>(echo);
    private final AtomicReference<Connection> served = new AtomicReference<>();
    private final Map<Connection, Integer> closings = new ConcurrentHashMap<>();
    private final ConnectionListener listener = new ConnectionListener() {
        @Override
        public void opened(Connection connection) {
            served.set(connection);
        }

        @Override
        public void closed(Connection connection) {
            closings.merge(connection, 1, Integer::sum);
        }
    };
    private IoThreads threads;
    private RemotingServer server;
    private RemotingClient client;
    private String address;

    RemotingTest() {
        threads = IoThreads.start(2);
        server = startServer(TransportSettings.defaults());
        client = new RemotingClient(threads, TransportSettings.defaults(), echo, ConnectionListener.NONE);
        address = "127.0.0.1:" + server.port();
    }

    @BeforeEach
    void isListening() {
        assertThat(server.port()).isPositive();
    }

    private Connection served() {
        return Objects.requireNonNull(served.get());
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        threads.close();
    }

    private RemotingServer startServer(TransportSettings settings) {
        return RemotingServer.start(
                threads,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                settings,
                (connection, fields, body) ->
                        Objects.requireNonNull(serverHandler.get()).handle(connection, fields, body),
                listener);
    }

    private void restart(TransportSettings settings) {
        client.close();
        server.close();
        server = startServer(settings);
        client = new RemotingClient(threads, settings, echo, ConnectionListener.NONE);
        address = "127.0.0.1:" + server.port();
    }

    @Test
    void answersARequest() {
        assertThat(Waiting.get(call(bytes("hello")))).isEqualTo(bytes("hello"));
    }

    @ParameterizedTest
    @EnumSource
    void writesRequestHeadersAsItIsTold(Serialization headers) {
        restart(TransportSettings.defaults().withRequestHeaders(headers));

        assertThat(seenOf(new NamesrvRequest.GetAllTopics())).isEqualTo(headers);
    }

    @Test
    void writesACodeAsJsonThatBinaryHasNoRoomFor() {
        restart(TransportSettings.defaults().withRequestHeaders(Serialization.ROCKETMQ));

        assertThat(seenOf(new PopRequest.PollingInfo("g", "t", 0))).isEqualTo(Serialization.JSON);
    }

    private Serialization seenOf(Request request) {
        AtomicReference<Serialization> seen = new AtomicReference<>();
        serverHandler.set((connection, fields, body) -> {
            seen.set(fields.serialization());
            echo.handle(connection, fields, body);
        });
        Waiting.get(client.call(address, request, LONG, BODY));
        return Objects.requireNonNull(seen.get());
    }

    @Test
    void keepsManyRequestsOfManyThreadsApart() throws Exception {
        try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
            List<Future<Integer>> wrong = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                String name = "caller-" + caller + "-";
                wrong.add(callers.submit(() -> countWrongAnswers(name)));
            }

            for (Future<Integer> count : wrong) {
                assertThat(count.get()).isZero();
            }
        }
    }

    private int countWrongAnswers(String name) {
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            answers.add(call(bytes(name + i)));
        }
        int wrong = 0;
        for (int i = 0; i < answers.size(); i++) {
            wrong += new String(Waiting.get(answers.get(i)), UTF_8).equals(name + i) ? 0 : 1;
        }
        return wrong;
    }

    @Test
    void sendsOneWayWithoutAnAnswer() {
        Waiting.get(client.sendOneWay(address, new OwnRequest.Negotiate()));

        Waiting.until("handled", () -> echo.handled.get() == 1);
        assertThat(Waiting.get(call(bytes("next")))).isEqualTo(bytes("next"));
        assertThat(served().requestsInFlight()).isZero();
    }

    @Test
    void carriesBigBodies() {
        for (int bytes : new int[] {1, 4096, 65_536, 1 << 20, (16 << 20) - 4 - 512}) {
            byte[] body = new byte[bytes];
            body[bytes - 1] = 7;

            assertThat(Waiting.get(call(body))).as("%d bytes", bytes).isEqualTo(body);
        }
    }

    @Test
    void refusesToSendMoreThanAFrame() {
        CompletableFuture<byte[]> tooMuch = call(new byte[16 << 20]);

        assertThatThrownBy(() -> Waiting.get(tooMuch)).hasMessageContaining("is over the limit of 16777216");
        assertThat(Waiting.get(call(bytes("still there")))).isEqualTo(bytes("still there"));
    }

    @Test
    void saysThatAnAnswerIsTooBig() {
        ByteBuffer half = ByteBuffer.allocateDirect(9 << 20);
        AtomicInteger given = new AtomicInteger();
        serverHandler.set((connection, fields, body) -> ReplyTo.of(connection, fields)
                .reply(Reply.success().withBody(new ReplyBody(List.of(half, half), 18 << 20, given::incrementAndGet))));

        String answer = Waiting.get(client.call(address, new OwnRequest.Negotiate(), LONG, CODE_AND_REMARK));

        assertThat(answer).startsWith("1 answer not written:").contains("over the limit");
        assertThat(given).hasValue(1);
    }

    @Test
    void saysThatPartsDoNotAddUp() {
        for (int bytes : new int[] {3, 100_000}) {
            AtomicInteger given = new AtomicInteger();
            ReplyBody wrong =
                    new ReplyBody(List.of(ByteBuffer.allocateDirect(bytes)), bytes + 1, given::incrementAndGet);
            serverHandler.set((connection, fields, body) ->
                    ReplyTo.of(connection, fields).reply(Reply.success().withBody(wrong)));

            String answer = Waiting.get(client.call(address, new OwnRequest.Negotiate(), LONG, CODE_AND_REMARK));

            assertThat(answer).startsWith("1 answer not written:").contains("the parts of an answer of " + (bytes + 1));
            assertThat(given).hasValue(1);
        }
    }

    @Test
    void givesInPlacePartsBackOnce() {
        AtomicInteger given = new AtomicInteger();
        List<ByteBuffer> parts = List.of(part(20_000, 1), part(30_000, 2), part(40_000, 3));
        serverHandler.set((connection, fields, body) -> ReplyTo.of(connection, fields)
                .reply(Reply.success().withBody(new ReplyBody(parts, 90_000, given::incrementAndGet))));

        byte[] answer = Waiting.get(call(bytes("")));

        assertThat(answer).hasSize(90_000);
        assertThat(answer[0]).isEqualTo((byte) 1);
        assertThat(answer[20_000]).isEqualTo((byte) 2);
        assertThat(answer[89_999]).isEqualTo((byte) 3);
        Waiting.until("given back", () -> given.get() == 1);
        assertThat(parts.get(0).position()).isZero();
    }

    private static ByteBuffer part(int bytes, int content) {
        ByteBuffer part = ByteBuffer.allocateDirect(bytes);
        while (part.hasRemaining()) {
            part.put((byte) content);
        }
        return part.flip();
    }

    @Test
    void failsARequestThatGetsNoAnswerInTime() {
        echo.isParking = true;
        CompletableFuture<byte[]> late = client.call(
                address, new OwnRequest.MultiSend(ByteBuffer.wrap(bytes("late"))), Duration.ofMillis(50), BODY);

        assertThatThrownBy(() -> Waiting.get(late))
                .isInstanceOfSatisfying(
                        TransportException.class, e -> assertThat(e.wasSent()).isTrue())
                .hasMessage("no answer from " + address + " within 50 ms; it may have acted on the request");

        echo.isParking = false;
        echo.answerParked();
        assertThat(Waiting.get(call(bytes("after")))).isEqualTo(bytes("after"));
    }

    @Test
    void failsWaitingRequestsWhenTheConnectionIsLost() {
        echo.isParking = true;
        List<CompletableFuture<byte[]>> waiting = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            waiting.add(call(bytes("w")));
        }
        Waiting.until("all arrived", () -> echo.handled.get() == 100);

        served().close();

        for (CompletableFuture<byte[]> answer : waiting) {
            assertThatThrownBy(() -> Waiting.get(answer))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("was closed before the answer came");
        }
        echo.answerParked();
        Waiting.until("listener heard of it", () -> closings.size() == 1);
        assertThat(closings.values()).containsExactly(1);
    }

    @Test
    void connectsAgainAfterAConnectionBroke() {
        Waiting.get(call(bytes("one")));
        Connection first = served();
        first.close();
        Waiting.until("closed", () -> !Waiting.get(client.connection(address)).equals(first) && !first.isOpen());
        Waiting.until("usable again", () -> {
            try {
                return Waiting.get(call(bytes("two"))).length == 3;
            } catch (TransportException e) {
                return false;
            }
        });

        assertThat(served()).isNotSameAs(first);
    }

    @Test
    void answersWhatAHandlerThrows() {
        serverHandler.set((connection, fields, body) -> {
            throw new IllegalStateException("broken " + fields.code());
        });
        assertThat(Waiting.get(client.call(address, new OwnRequest.Negotiate(), LONG, CODE_AND_REMARK)))
                .isEqualTo("1 java.lang.IllegalStateException: broken 30000");

        serverHandler.set((connection, fields, body) -> {
            throw new BadFieldException("field x is missing");
        });
        assertThat(Waiting.get(client.call(address, new OwnRequest.Negotiate(), LONG, CODE_AND_REMARK)))
                .isEqualTo("1 field x is missing");
        Waiting.get(client.sendOneWay(address, new OwnRequest.Negotiate()));

        serverHandler.set(echo);
        assertThat(Waiting.get(call(bytes("fine")))).isEqualTo(bytes("fine"));
        assertThat(served().requestsInFlight()).isZero();
    }

    @Test
    void failsOnlyTheCallWhoseReaderThrows() {
        CompletableFuture<String> bad = client.call(address, new OwnRequest.Negotiate(), LONG, (fields, body) -> {
            throw new IllegalStateException("can't read " + fields.code());
        });

        assertThatThrownBy(() -> Waiting.get(bad)).isInstanceOf(IllegalStateException.class);
        assertThat(Waiting.get(call(bytes("fine")))).isEqualTo(bytes("fine"));
    }

    @Test
    void answersWithTheReplyHeaderAndCode() {
        serverHandler.set((connection, fields, body) -> ReplyTo.of(connection, fields)
                .reply(Reply.failure(ResponseCode.TOPIC_NOT_EXIST, "no topic " + fields.text("topic"))));

        String answer =
                Waiting.get(client.call(address, new NamesrvRequest.GetRoute("T", null), LONG, CODE_AND_REMARK));

        assertThat(answer).isEqualTo("17 no topic T");
    }

    @Test
    void letsAServerAskAClient() {
        Waiting.get(call(bytes("hello")));

        byte[] answer =
                Waiting.get(served().call(new OwnRequest.MultiSend(ByteBuffer.wrap(bytes("back"))), LONG, BODY));

        assertThat(answer).isEqualTo(bytes("back"));
    }

    @Test
    void pausesAtTheLimitOfRequestsInFlightAndGoesOn() {
        restart(TransportSettings.defaults().withRequestsInFlightMax(64));
        Connection one = Waiting.get(client.connection(address));
        echo.isParking = true;
        List<CompletableFuture<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            answers.add(one.call(new OwnRequest.MultiSend(ByteBuffer.wrap(bytes("p" + i))), LONG, BODY));
        }
        Waiting.until("64 arrived", () -> echo.handled.get() == 64);
        assertThatThrownBy(() -> Waiting.get(one.call(new OwnRequest.Negotiate(), LONG, BODY)))
                .isInstanceOfSatisfying(
                        TransportException.class, e -> assertThat(e.wasSent()).isFalse())
                .hasMessageContaining("64 requests to " + address + " wait for an answer already");

        echo.isParking = false;
        echo.answerParked();

        for (int i = 0; i < 64; i++) {
            assertThat(Waiting.get(answers.get(i))).isEqualTo(bytes("p" + i));
        }
        assertThat(Waiting.get(call(bytes("after")))).isEqualTo(bytes("after"));
    }

    @Test
    void dropsFramesOnceWhenTheConnectionIsClosed() {
        Connection connection = Waiting.get(client.connection(address));
        connection.close();
        Waiting.until("closed", () -> !connection.isOpen());
        AtomicInteger written = new AtomicInteger();
        AtomicInteger dropped = new AtomicInteger();

        for (int i = 0; i < 1000; i++) {
            connection.send(counting(written, dropped));
        }

        Waiting.until("all dropped", () -> dropped.get() == 1000);
        assertThat(written).hasValue(0);
    }

    @Test
    void dropsFramesOnceWhenTheEventLoopHasEnded() throws Exception {
        Connection connection = Waiting.get(client.connection(address));
        AtomicInteger ended = new AtomicInteger();
        AtomicInteger sent = new AtomicInteger();
        try (ExecutorService senders = Executors.newFixedThreadPool(4)) {
            List<Future<?>> running = new ArrayList<>();
            for (int sender = 0; sender < 4; sender++) {
                running.add(senders.submit(() -> sendBeyondTheEnd(connection, sent, ended)));
            }
            threads.close();
            for (Future<?> sender : running) {
                sender.get();
            }
        }

        Waiting.until("each ended once", () -> ended.get() == sent.get());
        assertThatThrownBy(() -> Waiting.get(connection.call(new OwnRequest.Negotiate(), LONG, BODY)))
                .isInstanceOf(TransportException.class);
    }

    /** Senders are quicker than the loop: without a bound what waits would fill the heap. */
    private static void sendBeyondTheEnd(Connection connection, AtomicInteger sent, AtomicInteger ended) {
        while (connection.isOpen()) {
            if (sent.get() - ended.get() < 1_000) {
                sent.incrementAndGet();
                connection.send(counting(ended, ended));
            }
        }
        for (int i = 0; i < 100; i++) {
            sent.incrementAndGet();
            connection.send(counting(ended, ended));
        }
    }

    private static OutgoingFrame counting(AtomicInteger written, AtomicInteger dropped) {
        return new OutgoingFrame() {
            @Override
            public void writeTo(FrameWriter writer) {
                written.incrementAndGet();
            }

            @Override
            public void dropped() {
                dropped.incrementAndGet();
            }
        };
    }

    @Test
    void goesOnWithTheOutboxAfterAFrameThatThrows() {
        Connection connection = Waiting.get(client.connection(address));
        AtomicInteger ended = new AtomicInteger();
        connection.execute(() -> {
            connection.send(writer -> {
                throw new IllegalStateException("broken frame");
            });
            connection.send(counting(ended, ended));
        });

        Waiting.until("the next frame had its turn", () -> ended.get() == 1);
        Waiting.until("closed", () -> !connection.isOpen());
    }

    @Test
    void saysWhyItCannotConnect() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        assertThatThrownBy(() -> Waiting.get(client.connection("127.0.0.1:" + free)))
                .isInstanceOfSatisfying(
                        TransportException.class, e -> assertThat(e.wasSent()).isFalse())
                .hasMessageContaining("can't connect to 127.0.0.1:" + free);
        assertThatThrownBy(() -> Waiting.get(client.connection("nowhere")))
                .hasMessage("'nowhere' is no address; write host:port");
        assertThatThrownBy(() -> Waiting.get(client.connection(":9876")))
                .hasMessage("':9876' is no address; write host:port");
        assertThatThrownBy(() -> Waiting.get(client.connection("h:port")))
                .hasMessage("'h:port' is no address; write host:port");
    }

    @Test
    void saysWhyItCannotListen() {
        InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());

        assertThatThrownBy(() -> RemotingServer.start(
                        threads, taken, TransportSettings.defaults(), echo, ConnectionListener.NONE))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("can't listen on")
                .hasMessageContaining("end what uses the port, or configure another port or host");
    }

    @Test
    void refusesCallsAfterClose() {
        client.close();

        assertThatThrownBy(() -> Waiting.get(call(bytes("x")))).hasMessage("this client is closed");
    }

    @Test
    void mayBeClosedOnAnEventLoop() {
        CompletableFuture<Void> closed = call(bytes("x")).thenAccept(answer -> client.close());

        Waiting.get(closed);

        assertThatThrownBy(() -> Waiting.get(call(bytes("y")))).isInstanceOf(TransportException.class);
    }

    private CompletableFuture<byte[]> call(byte[] body) {
        return client.call(address, new OwnRequest.MultiSend(ByteBuffer.wrap(body)), LONG, BODY);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
