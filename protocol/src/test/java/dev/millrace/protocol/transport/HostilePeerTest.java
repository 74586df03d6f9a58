package dev.millrace.protocol.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.Serialization;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server does with peers that cut, stall, lie, or don't listen; over real sockets. */
class HostilePeerTest {
    private static final int READ_TIMEOUT_MS = 20_000;

    private final EchoHandler echo = new EchoHandler();
    private final AtomicReference<RequestHandler> handler = new AtomicReference<>(echo);
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicReference<Connection> served = new AtomicReference<>();
    private final IoThreads threads = IoThreads.start(1);
    private RemotingServer server = start(TransportSettings.defaults());

    private RemotingServer start(TransportSettings settings) {
        return RemotingServer.start(
                threads,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                settings,
                (connection, fields, body) ->
                        Objects.requireNonNull(handler.get()).handle(connection, fields, body),
                new ConnectionListener() {
                    @Override
                    public void opened(Connection connection) {
                        served.set(connection);
                    }

                    @Override
                    public void closed(Connection connection) {
                        closed.incrementAndGet();
                    }
                });
    }

    private void restart(TransportSettings settings) {
        server.close();
        server = start(settings);
    }

    private Connection served() {
        return Objects.requireNonNull(served.get());
    }

    @AfterEach
    void stop() {
        server.close();
        threads.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(READ_TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    @Test
    void takesFramesInAnyPieces() throws IOException {
        byte[] frames = concat(
                Frames.request(1, bytes("one")),
                Frames.request(Serialization.ROCKETMQ, 30_001, 2, 0, bytes("two")),
                Frames.request(3, bytes("")));
        try (Socket socket = connect()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int cut = 1; cut < frames.length; cut++) {
                socket.getOutputStream().write(frames, 0, cut);
                socket.getOutputStream().write(frames, cut, frames.length - cut);

                assertAnswers(in, "cut at " + cut);
            }
            for (byte b : frames) {
                socket.getOutputStream().write(b);
            }
            assertAnswers(in, "byte by byte");
        }
    }

    private static void assertAnswers(DataInputStream in, String as) throws IOException {
        for (int opaque = 1; opaque <= 3; opaque++) {
            Frames.Answer answer = Frames.read(in);
            assertThat(answer.code()).as(as).isZero();
            assertThat(answer.opaque()).as(as).isEqualTo(opaque);
            assertThat(answer.body())
                    .as(as)
                    .isEqualTo(bytes(List.of("one", "two", "").get(opaque - 1)));
            assertThat(answer.type()).isEqualTo(opaque == 2 ? Serialization.ROCKETMQ : Serialization.JSON);
        }
    }

    @Test
    void takesManyFramesOfOneRead() throws IOException {
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 1; i <= 5000; i++) {
            many.writeBytes(Frames.request(i, bytes("body " + i)));
        }
        try (Socket socket = connect()) {
            Thread writer = Thread.ofVirtual().start(() -> write(socket, many.toByteArray()));
            DataInputStream in = new DataInputStream(socket.getInputStream());

            for (int i = 1; i <= 5000; i++) {
                assertThat(Frames.read(in).body()).isEqualTo(bytes("body " + i));
            }
            assertThat(writer).isNotNull();
        }
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new AssertionError("not written", e);
        }
    }

    @Test
    void closesOnWhatIsNoFrame() throws IOException {
        byte[] good = Frames.request(1, bytes("x"));
        byte[] longHeader = ByteBuffer.wrap(good.clone()).putInt(4, good.length).array();
        byte[] noHeader = ByteBuffer.allocate(8).putInt(4).putInt(0).array();
        byte[] unknownType = ByteBuffer.wrap(good.clone()).put(4, (byte) 7).array();
        byte[] badJson = good.clone();
        badJson[8] = '[';
        List<byte[]> bad = List.of(
                ByteBuffer.allocate(4).putInt((16 << 20) + 1).array(),
                ByteBuffer.allocate(4).putInt(-1).array(),
                ByteBuffer.allocate(4).putInt(3).array(),
                bytes("GET / HTTP/1.1\r\n\r\n"),
                longHeader,
                noHeader,
                unknownType,
                badJson);
        for (int i = 0; i < bad.size(); i++) {
            try (Socket socket = connect()) {
                socket.getOutputStream().write(bad.get(i));
                assertThat(isClosedByPeer(socket)).as("input %d", i).isTrue();
            }
        }
        assertThat(echo.handled).hasValue(0);
        Waiting.until("all told to the listener", () -> closed.get() == bad.size());
    }

    @Test
    void answersWhatCameBeforeGarbage() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(concat(Frames.request(1, bytes("fine")), new byte[64]));

            assertThat(Frames.read(new DataInputStream(socket.getInputStream())).body())
                    .isEqualTo(bytes("fine"));
            assertThat(isClosedByPeer(socket)).isTrue();
        }
    }

    private static boolean isClosedByPeer(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void closesAPeerThatDoesNotFinishItsFrame(Serialization type) throws IOException {
        restart(TransportSettings.defaults().withFrameReceiveMax(Duration.ofMillis(100)));
        byte[] frame = Frames.request(type, 30_001, 1, 0, bytes("x"));
        try (Socket socket = connect()) {
            socket.getOutputStream().write(frame);
            socket.getOutputStream().write(frame, 0, frame.length - 1);

            Frames.read(new DataInputStream(socket.getInputStream()));
            assertThat(isClosedByPeer(socket)).isTrue();
        }
    }

    @Test
    void closesAPeerThatTrickles() throws IOException {
        restart(TransportSettings.defaults().withFrameReceiveMax(Duration.ofMillis(200)));
        byte[] frame = Frames.request(1, new byte[1 << 20]);
        try (Socket socket = connect()) {
            AtomicInteger sent = new AtomicInteger();
            Waiting.until("closed while it trickles", () -> {
                try {
                    socket.getOutputStream().write(frame, sent.getAndIncrement(), 1);
                    return false;
                } catch (IOException e) {
                    return true;
                }
            });
            assertThat(echo.handled).hasValue(0);
        }
    }

    @Test
    void closesAnIdlePeer() throws IOException {
        restart(TransportSettings.defaults().withIdleMax(Duration.ofMillis(100)));
        try (Socket socket = connect()) {
            assertThat(isClosedByPeer(socket)).isTrue();
        }
    }

    @Test
    void keepsAPeerThatWaitsBetweenFramesOnly() throws IOException {
        restart(TransportSettings.defaults()
                .withFrameReceiveMax(Duration.ofMillis(100))
                .withIdleMax(Duration.ofMillis(600)));
        try (Socket socket = connect()) {
            byte[] frame = Frames.request(1, bytes("x"));
            socket.getOutputStream().write(frame, 0, 9);
            socket.getOutputStream().write(frame, 9, frame.length - 9);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            Frames.read(in);
            long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
            Waiting.until("three times the frame limit is over", () -> System.nanoTime() - end > 0);

            socket.getOutputStream().write(frame);

            assertThat(Frames.read(in).body()).isEqualTo(bytes("x"));
        }
    }

    @Test
    void stopsReadingFromAPeerThatDoesNotReadAndLosesNothing() throws Exception {
        restart(TransportSettings.defaults().withOutboundBytesMax(256 * 1024));
        byte[] answer = new byte[50_000];
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger given = new AtomicInteger();
        ByteBuffer inPlace = ByteBuffer.allocateDirect(answer.length);
        handler.set((connection, fields, body) -> {
            asked.incrementAndGet();
            ReplyTo.of(connection, fields)
                    .reply(Reply.success()
                            .withBody(new ReplyBody(List.of(inPlace), answer.length, given::incrementAndGet)));
        });
        int count = 2000;
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        for (int i = 1; i <= count; i++) {
            requests.writeBytes(Frames.request(i, new byte[0]));
        }
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(16 * 1024);
            socket.setSoTimeout(READ_TIMEOUT_MS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            Thread writer = Thread.ofVirtual().start(() -> write(socket, requests.toByteArray()));
            Waiting.until("full", () -> asked.get() > 5 && !served().mayRead());

            assertThat(asked.get() - given.get()).as("answers that wait").isLessThan(20);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int i = 1; i <= count; i++) {
                Frames.Answer received = Frames.read(in);
                assertThat(received.opaque()).isEqualTo(i);
                assertThat(received.body()).hasSize(answer.length);
            }
            writer.join();
        }
        Waiting.until("all given back", () -> given.get() == count);
    }

    @Test
    void readsNoMoreThanTheLimitOfRequestsInFlight() throws IOException {
        restart(TransportSettings.defaults().withRequestsInFlightMax(3));
        echo.isParking = true;
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        for (int i = 1; i <= 50; i++) {
            requests.writeBytes(Frames.request(i, bytes("b" + i)));
        }
        try (Socket socket = connect()) {
            socket.getOutputStream().write(requests.toByteArray());
            Waiting.until("three arrived", () -> echo.handled.get() == 3);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int i = 1; i <= 50; i++) {
                assertThat(served().requestsInFlight()).isLessThanOrEqualTo(3);
                Waiting.until("parked", () -> !echo.parked.isEmpty());
                echo.parked.remove().run();
                assertThat(Frames.read(in).opaque()).isEqualTo(i);
            }
        }
        assertThat(echo.handled).hasValue(50);
    }

    @Test
    void doesNotBlameAPeerForAFrameThatItDoesNotRead() throws IOException {
        restart(TransportSettings.defaults().withRequestsInFlightMax(1).withFrameReceiveMax(Duration.ofMillis(100)));
        echo.isParking = true;
        byte[] second = Frames.request(2, bytes("two"));
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(concat(Frames.request(1, bytes("one")), Arrays.copyOf(second, second.length - 1)));
            Waiting.until("one arrived", () -> echo.handled.get() == 1);
            long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
            Waiting.until("three times the frame limit is over", () -> System.nanoTime() - end > 0);

            socket.getOutputStream().write(second, second.length - 1, 1);
            echo.answerParked();
            Waiting.until("two arrived", () -> echo.handled.get() == 2);
            echo.answerParked();

            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(Frames.read(in).body()).isEqualTo(bytes("one"));
            assertThat(Frames.read(in).body()).isEqualTo(bytes("two"));
        }
    }

    @Test
    void givesPartsBackWhenThePeerIsLost() throws IOException {
        AtomicInteger given = new AtomicInteger();
        AtomicInteger asked = new AtomicInteger();
        ByteBuffer big = ByteBuffer.allocateDirect(4 << 20);
        handler.set((connection, fields, body) -> {
            asked.incrementAndGet();
            ReplyTo.of(connection, fields)
                    .reply(Reply.success()
                            .withBody(new ReplyBody(List.of(big, big), big.capacity() * 2, given::incrementAndGet)));
        });
        try (Socket socket = connect()) {
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write(Frames.request(i, new byte[0]));
            }
            Waiting.until("one asked", () -> asked.get() > 0);
        }

        Waiting.until("closed", () -> closed.get() == 1);
        Waiting.until("each given back", () -> given.get() == asked.get());
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
