package dev.millrace.protocol.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.CapturedFrames;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.Serialization;
import dev.millrace.protocol.codec.Commands;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.message.MultiSendBody;
import dev.millrace.protocol.message.StoredMessageEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Feeds damaged frames to the whole reading path: no crash, no leak, no thread dead. A failing seed fails again. */
class MutatedFramesTest {
    private static final int EMBEDDED_FRAMES = 248_000;
    private static final int SOCKET_FRAMES = 2_000;
    private static final int FRAMES_PER_CONNECTION = 40;

    /** Counts each buffer exactly: no pool, no cache. */
    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true, true);

    private final AtomicInteger handled = new AtomicInteger();
    private final AtomicInteger decoded = new AtomicInteger();
    private final AtomicInteger given = new AtomicInteger();
    private final AtomicInteger lent = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> crash = new AtomicReference<>();
    private final ByteBuffer bigPart = ByteBuffer.allocateDirect(20_000);

    private static List<byte[]> frames() {
        List<byte[]> frames = new ArrayList<>();
        CapturedFrames.all().forEach(frame -> frames.add(frame.bytes()));
        byte[] topic = "Topic".getBytes(StandardCharsets.UTF_8);
        byte[] host = new byte[8];
        ByteBuffer multi = new MultiSendBody.Writer(512)
                .beginGroup(topic)
                .record(
                        new StoredMessageEncoder.Head(1, 0, 0, 1, host, host, 0, 0),
                        ByteBuffer.wrap(topic),
                        ByteBuffer.wrap("K\u0001v\u0002".getBytes(StandardCharsets.UTF_8)))
                .finish();
        byte[] body = new byte[multi.remaining()];
        multi.get(body);
        for (Serialization type : Serialization.values()) {
            for (int i = 0; i < 20; i++) {
                frames.add(Frames.request(type, RequestCode.MULTI_SEND.number(), i, i % 5 == 0 ? 2 : 0, body));
            }
        }
        return frames;
    }

    /** Decodes what it gets as a broker would, and answers with small, big and failing answers. */
    private void handle(Connection connection, HeaderFields fields, ByteBuffer body) {
        handled.incrementAndGet();
        ReplyTo to = ReplyTo.of(connection, fields);
        try {
            RequestCode code = RequestCode.ofNumber(fields.code())
                    .orElseThrow(() -> new BadFieldException("code " + fields.code()));
            Request request = Commands.decode(code, fields, body);
            if (request instanceof OwnRequest.MultiSend multi) {
                new MultiSendBody.Reader().open(multi.body());
            }
            if (fields.toMap().size() > 128) {
                throw new AssertionError("too many fields");
            }
            decoded.incrementAndGet();
        } catch (RuntimeException e) {
            if (!(e instanceof BadFieldException)) {
                crash.compareAndSet(null, e);
            }
            throw e;
        }
        lent.incrementAndGet();
        boolean isBig = fields.opaque() % 8 == 0;
        to.reply(Reply.success()
                .withBody(new ReplyBody(
                        isBig ? List.of(bigPart, bigPart) : List.of(), isBig ? 40_000 : 0, given::incrementAndGet)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void survivesAQuarterOfAMillion(long seed) throws IOException {
        FrameMutator mutator = new FrameMutator(frames(), seed);
        LoopState loop = LoopState.of(System::nanoTime);

        for (int left = EMBEDDED_FRAMES; left > 0; left -= FRAMES_PER_CONNECTION) {
            feedEmbedded(mutator, loop);
            assertThat(crash.get()).isNull();
        }
        assertThat(buffers.metric().usedDirectMemory())
                .as("direct bytes in use")
                .isZero();
        assertThat(buffers.metric().usedHeapMemory()).as("heap bytes in use").isZero();
        assertThat(given).as("bodies given back").hasValue(lent.get());
        assertThat(decoded.get()).as("some must get through").isGreaterThan(EMBEDDED_FRAMES / 20);

        assertThat(loop.faults().failures()).as("defects of ours").isZero();

        feedSockets(mutator);
        assertThat(crash.get()).isNull();
    }

    private void feedEmbedded(FrameMutator mutator, LoopState loop) {
        EmbeddedChannel channel = open(loop);
        for (int i = 0; i < FRAMES_PER_CONNECTION; i++) {
            byte[] frame = mutator.next();
            channel.pipeline()
                    .fireChannelRead(
                            buffers.heapBuffer(Math.max(frame.length, 1)).writeBytes(frame));
            channel.pipeline().fireChannelReadComplete();
            channel.runPendingTasks();
            channel.checkException();
            for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                out.release();
            }
            if (!channel.isActive()) {
                finish(channel);
                channel = open(loop);
            }
        }
        finish(channel);
    }

    private EmbeddedChannel open(LoopState loop) {
        FrameReader reader = new FrameReader(loop, TransportSettings.defaults(), this::handle, ConnectionListener.NONE);
        EmbeddedChannel channel = new InetEmbeddedChannel();
        channel.config().setAllocator(buffers);
        channel.pipeline().addLast(reader);
        reader.channelActive(channel.pipeline().context(reader));
        return channel;
    }

    private static void finish(EmbeddedChannel channel) {
        channel.runPendingTasks();
        channel.finishAndReleaseAll();
    }

    private static final class InetEmbeddedChannel extends EmbeddedChannel {
        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }

        @Override
        protected SocketAddress localAddress0() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);
        }
    }

    private void feedSockets(FrameMutator mutator) throws IOException {
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        ConnectionListener counting = new ConnectionListener() {
            @Override
            public void opened(Connection connection) {
                opened.incrementAndGet();
            }

            @Override
            public void closed(Connection connection) {
                closed.incrementAndGet();
            }
        };
        TransportSettings settings = TransportSettings.defaults().withIdleMax(Duration.ofSeconds(10));
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (IoThreads threads = IoThreads.start(2);
                RemotingServer server = RemotingServer.start(threads, any, settings, this::handle, counting)) {
            int connections = SOCKET_FRAMES / FRAMES_PER_CONNECTION;
            for (int i = 0; i < connections; i++) {
                feedSocket(server.port(), mutator);
            }
            Waiting.until("each closed", () -> opened.get() == connections && closed.get() == connections);
            for (int i = 0; i < 8; i++) {
                assertAnswers(server.port());
            }
            Waiting.until("each closed", () -> closed.get() == opened.get());
        }
        Waiting.until("pooled bytes given back", () -> PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() <= before);
    }

    private static void feedSocket(int port, FrameMutator mutator) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            for (int i = 0; i < FRAMES_PER_CONNECTION; i++) {
                byte[] frame = mutator.next();
                try {
                    socket.getOutputStream().write(frame);
                } catch (IOException e) {
                    return; // the server had enough
                }
            }
        }
    }

    private static void assertAnswers(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(Frames.request(Serialization.JSON, RequestCode.NEGOTIATE.number(), 1, 0, new byte[0]));
            assertThat(Frames.read(new DataInputStream(socket.getInputStream())).opaque())
                    .isEqualTo(1);
        }
    }
}
