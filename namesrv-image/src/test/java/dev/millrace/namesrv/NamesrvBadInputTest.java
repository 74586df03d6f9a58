package dev.millrace.namesrv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.namesrv.settings.NamesrvConfig;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.TransportSettings;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Peers that send nonsense or nothing, on both ports, and that the others are served meanwhile. */
class NamesrvBadInputTest {
    private static final String BROKER = "10.0.0.1:10911";
    private static final int READ_TIMEOUT_MS = 20_000;
    private static final long DEADLINE_NANOS = Duration.ofSeconds(20).toNanos();

    private final IoThreads io = IoThreads.start(1);
    private final int httpPort = freePort();
    private final Namesrv namesrv = start(httpPort);
    private final Peer peer = new Peer(io, namesrv.port());

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Namesrv start(int httpPort) {
        NamesrvConfig config = Settings.bind(
                NamesrvConfig.class,
                Map.of(
                        "namesrv.host", "127.0.0.1",
                        "namesrv.port", "0",
                        "namesrv.http-port", Integer.toString(httpPort)));
        return NamesrvWiring.start(
                config,
                System::nanoTime,
                TransportSettings.defaults()
                        .withFrameReceiveMax(Duration.ofMillis(300))
                        .withIdleMax(Duration.ofSeconds(2)));
    }

    @BeforeEach
    void register() {
        peer.register("broker-a", 0, BROKER, "T", "U");
    }

    @AfterEach
    void stop() {
        assertThat(peer.register("broker-a", 0, BROKER, "T", "U").isSuccess()).isTrue();
        assertThat(peer.route("T").text()).contains(BROKER);
        peer.close();
        namesrv.close();
        io.close();
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(READ_TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static byte[] frame(String header, byte[] body) {
        byte[] json = header.getBytes(UTF_8);
        return ByteBuffer.allocate(8 + json.length + body.length)
                .putInt(4 + json.length + body.length)
                .putInt(json.length)
                .put(json)
                .put(body)
                .array();
    }

    private static String answer(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return new String(frame, 4, ByteBuffer.wrap(frame).getInt() & 0xFFFFFF, UTF_8);
    }

    private static boolean isClosedByPeer(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    private String get(String path) throws IOException {
        try (Socket socket = connect(httpPort)) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void answersUnknownCommandsVersionsAndFlagsOnAConnectionThatStays() throws IOException {
        try (Socket socket = connect(namesrv.port())) {
            socket.getOutputStream().write(frame("{\"code\":9999,\"opaque\":1,\"flag\":0}", new byte[7]));
            String unknown = answer(socket);
            socket.getOutputStream()
                    .write(frame(
                            "{\"code\":105,\"opaque\":2,\"flag\":124,\"version\":987654321,\"language\":\"KLINGON\","
                                    + "\"extFields\":{\"topic\":\"T\",\"unheardOf\":\"x\"}}",
                            new byte[0]));
            String odd = answer(socket);
            socket.getOutputStream().write(frame("{\"code\":105,\"opaque\":3,\"flag\":0}", new byte[0]));
            String missing = answer(socket);

            assertThat(unknown).contains("\"code\":3", "\"opaque\":1", "request type 9999 not supported");
            assertThat(odd).contains("\"code\":0", "\"opaque\":2");
            assertThat(missing).contains("\"code\":1", "\"opaque\":3", "topic");
        }
    }

    @Test
    void closesOnGarbageAndCountsIt() throws IOException {
        List<byte[]> bad = List.of(
                ByteBuffer.allocate(4).putInt((16 << 20) + 1).array(),
                "GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8),
                frame("{\"code\":", new byte[3]));

        for (byte[] bytes : bad) {
            try (Socket socket = connect(namesrv.port())) {
                socket.getOutputStream().write(bytes);
                assertThat(isClosedByPeer(socket)).isTrue();
            }
        }

        assertThat(get("/ready")).contains("\"BAD_FRAME\":" + bad.size());
    }

    @Test
    void closesPeersThatTrickleOrAreSilentAndServesTheOthersMeanwhile() throws IOException {
        byte[] frame = frame("{\"code\":105,\"opaque\":1,\"flag\":0}", new byte[1 << 20]);
        try (Socket slow = connect(namesrv.port());
                Socket silent = connect(namesrv.port())) {
            long start = System.nanoTime();
            int at = 0;
            String counts = get("/ready");
            while (counts.contains("\"SLOW_FRAME\":0") || counts.contains("\"IDLE\":0")) {
                counts = get("/ready");
                assertThat(System.nanoTime() - start).isLessThan(DEADLINE_NANOS);
                if (at < 20) {
                    slow.getOutputStream().write(frame[at++]);
                }
                assertThat(peer.route("U")).isNotNull();
            }
            assertThat(isClosedByPeer(slow)).isTrue();
            assertThat(isClosedByPeer(silent)).isTrue();
        }
    }

    @Test
    void answersHealthChecksWhileAnotherPeerDoesNotFinishItsRequest() throws IOException {
        try (Socket slow = connect(httpPort)) {
            slow.getOutputStream().write("GET /li".getBytes(UTF_8));

            assertThat(get("/live")).contains(" 200 ").endsWith("live\n");
            assertThat(get("/ready")).contains(" 200 ", "\"ready\":true", "\"brokers\":");
            assertThat(get("/nothing")).contains(" 404 ");
        }
    }

    @Test
    void saysThatItsHttpPortIsInUse() {
        assertThatThrownBy(() -> start(httpPort))
                .hasMessageStartingWith("can't listen on 127.0.0.1:" + httpPort + " for health checks")
                .hasMessageEndingWith("end what uses the port, or set namesrv.http-port");
    }
}
