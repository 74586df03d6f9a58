package dev.millrace.protocol.transport;

import dev.millrace.protocol.ProtocolException;
import dev.millrace.protocol.ProtocolLimits;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.codec.HeaderWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts frames out of a connection's bytes and hands each to the handler or to the request that waits for it. The layout
 * stands at {@link FrameWriter}. A frame that breaks it closes the connection: what follows can't be trusted.
 *
 * <p>Owner: the connection's event loop. {@code // hot path}
 */
final class FrameReader extends ByteToMessageDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(FrameReader.class);
    private static final int LENGTH_BYTES = 4;
    private static final int HEADER_LENGTH_MASK = 0xFFFFFF;

    private final HeaderFields fields;
    private final HeaderWriter header;
    private final TransportSettings settings;
    private final RequestHandler handler;
    private final ConnectionListener listener;
    private final LongSupplier nanoTime;
    private @Nullable Connection connection;
    private @Nullable Future<?> frameDeadline;

    FrameReader(LoopState loop, TransportSettings settings, RequestHandler handler, ConnectionListener listener) {
        this.fields = loop.fields();
        this.header = loop.header();
        this.nanoTime = loop.nanoTime();
        this.settings = settings;
        this.handler = handler;
        this.listener = listener;
        setCumulator(MERGE_CUMULATOR);
    }

    Connection connection() {
        if (connection == null) {
            throw new AssertionError("asked for the connection before the channel was active");
        }
        return connection;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        connection = new Connection(context, header, settings, nanoTime);
        connection.startSweep();
        listener.opened(connection);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        connection().readStarted();
        super.channelRead(context, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        connection().readEnded();
        super.channelReadComplete(context);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        while (in.readableBytes() >= LENGTH_BYTES && context.channel().isActive()) {
            int length = in.getInt(in.readerIndex());
            if (length < LENGTH_BYTES || length > ProtocolLimits.FRAME_BYTES_MAX) {
                throw new ProtocolException("frame of " + length + " bytes is outside " + LENGTH_BYTES + ".."
                        + ProtocolLimits.FRAME_BYTES_MAX + "; send smaller batches");
            }
            if (in.readableBytes() < LENGTH_BYTES + length) {
                expectRest(context);
                return;
            }
            cancelDeadline();
            int start = in.readerIndex() + LENGTH_BYTES;
            in.skipBytes(LENGTH_BYTES + length);
            frame(in.nioBuffer(start, length), length);
        }
        if (in.isReadable()) {
            expectRest(context);
        }
    }

    private void frame(ByteBuffer frame, int length) {
        int mark = frame.getInt(0);
        int headerLength = mark & HEADER_LENGTH_MASK;
        if (headerLength > length - LENGTH_BYTES) {
            throw new ProtocolException("header of " + headerLength + " bytes in a frame of " + length);
        }
        fields.parse(mark >>> 24, frame, LENGTH_BYTES, headerLength);
        ByteBuffer body = frame.position(LENGTH_BYTES + headerLength).slice();
        if (fields.isResponse()) {
            connection().received(fields, body);
            return;
        }
        if (!fields.isOneWay()) {
            connection().asked();
        }
        handler.handle(connection(), fields, body);
    }

    private void expectRest(ChannelHandlerContext context) {
        if (frameDeadline == null) {
            frameDeadline = context.executor()
                    .schedule(
                            () -> close(context, "a frame did not arrive whole within " + settings.frameReceiveMax()),
                            settings.frameReceiveMax().toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void cancelDeadline() {
        if (frameDeadline != null) {
            frameDeadline.cancel(false);
            frameDeadline = null;
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        connection().regulate();
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            close(context, "nothing was sent or received for " + settings.idleMax());
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        cancelDeadline();
        if (connection != null) {
            connection.closed();
            listener.closed(connection);
        }
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable fault) {
        Throwable cause = fault.getCause() instanceof ProtocolException ? fault.getCause() : fault;
        if (cause instanceof ProtocolException || cause instanceof IOException) {
            close(context, String.valueOf(cause.getMessage()));
        } else {
            LOG.atError()
                    .addKeyValue("client", context.channel().remoteAddress())
                    .setCause(cause)
                    .log("connection failed");
            context.close();
        }
    }

    private static void close(ChannelHandlerContext context, String reason) {
        LOG.atInfo()
                .addKeyValue("client", context.channel().remoteAddress())
                .addKeyValue("error", reason)
                .log("connection closed");
        context.close();
    }
}
