package dev.millrace.protocol.transport;

import dev.millrace.protocol.ProtocolException;
import dev.millrace.protocol.ProtocolLimits;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.HeaderFields;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts frames out of a connection's bytes and hands each to the handler or to the request that waits for it. The layout
 * stands at {@link FrameWriter}. A frame that breaks it closes the connection: what follows can't be trusted.
 *
 * <p>Between two frames it looks whether it may go on, see {@link Connection#mayRead}. If not it stops reading from the
 * peer, keeps the bytes it has, and goes on with them when {@link #regulate} finds that it may.
 *
 * <p>Owner: the connection's event loop. {@code // hot path}
 */
final class FrameReader extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(FrameReader.class);
    private static final int LENGTH_BYTES = 4;
    private static final int HEADER_LENGTH_MASK = 0xFFFFFF;

    private final LoopState loop;
    private final HeaderFields fields;
    private final TransportSettings settings;
    private final RequestHandler handler;
    private final ConnectionListener listener;
    private @Nullable Connection connection;
    private @Nullable ByteBuf rest;
    private @Nullable Future<?> frameDeadline;
    private long frameStartNanos;
    private boolean isInFrame;
    private boolean isPaused;
    private boolean isResumeScheduled;
    private boolean isClosing;
    private boolean isHeld;
    private @Nullable ChannelHandlerContext context;

    FrameReader(LoopState loop, TransportSettings settings, RequestHandler handler, ConnectionListener listener) {
        this.loop = loop;
        this.fields = loop.fields();
        this.settings = settings;
        this.handler = handler;
        this.listener = listener;
    }

    Connection connection() {
        if (connection == null) {
            throw new AssertionError("asked for the connection before the channel was active");
        }
        return connection;
    }

    /** Begins with a channel that is open, and with what another one read of it; event loop. */
    void takeOver(ChannelHandlerContext open, @Nullable ByteBuf known) {
        channelActive(open);
        if (known != null) {
            channelRead(open, known);
            channelReadComplete(open);
        }
        if (!isPaused && !isClosing) {
            open.channel().config().setAutoRead(true);
        }
    }

    /** Handles no further frame until {@link #release}; event loop. */
    void hold() {
        isHeld = true;
        if (context != null) {
            pause(context);
        }
    }

    /** Goes on; event loop. */
    void release() {
        if (isHeld && context != null) {
            isHeld = false;
            regulate(context);
        }
    }

    /** Whether all that was asked is answered; event loop. */
    boolean isIdle() {
        return connection == null || connection.requestsInFlight() == 0;
    }

    /** Ends here what goes on elsewhere: the channel stays open. Gives what was read and not handled; event loop. */
    @Nullable
    ByteBuf leave() {
        ByteBuf known = rest;
        rest = null;
        isClosing = true;
        if (frameDeadline != null) {
            frameDeadline.cancel(false);
        }
        if (connection != null && context != null) {
            connection.flushLast();
            context.pipeline().remove(this);
            connection.closed();
            listener.closed(connection);
        }
        return known;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (!(context.channel().remoteAddress() instanceof InetSocketAddress)) {
            context.close(); // the peer was gone before we looked
            return;
        }
        connection = new Connection(context, this, loop, settings);
        listener.opened(connection);
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (connection == null || isClosing) {
            bytes.release();
            return;
        }
        connection.readStarted();
        ByteBuf known = rest;
        rest = null;
        consume(context, known == null ? bytes : join(context, known, bytes));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (connection != null) {
            connection.readEnded();
        }
        context.fireChannelReadComplete();
    }

    /** Appends to what is there; grows by doubling, but for one frame never over its length. */
    private static ByteBuf join(ChannelHandlerContext context, ByteBuf known, ByteBuf more) {
        int wanted = known.readableBytes() + more.readableBytes();
        if (known.writableBytes() >= more.readableBytes()) {
            known.writeBytes(more);
            more.release();
            return known;
        }
        long frame =
                known.readableBytes() < LENGTH_BYTES ? wanted : (long) known.getInt(known.readerIndex()) + LENGTH_BYTES;
        int capacity = (int) Math.max(wanted, Math.min(2L * wanted, frame));
        ByteBuf bigger = context.alloc().directBuffer(capacity);
        bigger.writeBytes(known).writeBytes(more);
        known.release();
        more.release();
        return bigger;
    }

    private void consume(ChannelHandlerContext context, ByteBuf bytes) {
        try {
            handleFrames(context, bytes);
        } catch (ProtocolException e) {
            connection().flushLast();
            close(context, CloseReason.BAD_FRAME, String.valueOf(e.getMessage()));
        } finally {
            if (bytes.isReadable() && !isClosing) {
                rest = bytes;
            } else {
                bytes.release();
            }
        }
    }

    private void handleFrames(ChannelHandlerContext context, ByteBuf bytes) {
        boolean isFirst = true;
        while (bytes.readableBytes() >= LENGTH_BYTES && !isClosing) {
            if (!mayRead()) {
                pause(context);
                break;
            }
            int length = bytes.getInt(bytes.readerIndex());
            if (length < LENGTH_BYTES || length > ProtocolLimits.FRAME_BYTES_MAX) {
                throw new ProtocolException("frame of " + length + " bytes is outside " + LENGTH_BYTES + ".."
                        + ProtocolLimits.FRAME_BYTES_MAX + "; send smaller batches");
            }
            if (bytes.readableBytes() < LENGTH_BYTES + length) {
                break;
            }
            int start = bytes.readerIndex() + LENGTH_BYTES;
            bytes.skipBytes(LENGTH_BYTES + length);
            isFirst = false;
            frame(bytes.nioBuffer(start, length), length);
            isClosing |= !context.channel().isActive();
        }
        expectRest(context, bytes.isReadable(), isFirst);
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
        } else {
            request(body);
        }
    }

    private void request(ByteBuffer body) {
        if (!fields.isOneWay()) {
            connection().asked();
        }
        ReplyTo to = ReplyTo.of(connection(), fields);
        int code = fields.code();
        try {
            handler.handle(connection(), fields, body);
        } catch (ProtocolException e) {
            to.reply(Reply.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("client", connection().remoteAddress())
                    .addKeyValue("code", code)
                    .setCause(e)
                    .log("request failed");
            to.reply(Reply.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(e)));
        }
    }

    private void expectRest(ChannelHandlerContext context, boolean isRest, boolean isSameFrame) {
        if (isRest && !(isInFrame && isSameFrame)) {
            frameStartNanos = loop.nanoTime().getAsLong();
        }
        isInFrame = isRest;
        if (isInFrame && frameDeadline == null && !isClosing) {
            scheduleDeadline(context, settings.frameReceiveMax().toNanos());
        }
    }

    private void scheduleDeadline(ChannelHandlerContext context, long delayNanos) {
        frameDeadline = context.executor().schedule(() -> checkDeadline(context), delayNanos, TimeUnit.NANOSECONDS);
    }

    private void checkDeadline(ChannelHandlerContext context) {
        frameDeadline = null;
        if (!isInFrame || isClosing) {
            return;
        }
        long now = loop.nanoTime().getAsLong();
        if (isPaused) {
            frameStartNanos = now; // not the peer's fault: we do not read
        }
        long left = settings.frameReceiveMax().toNanos() - (now - frameStartNanos);
        if (left > 0) {
            scheduleDeadline(context, left);
        } else {
            close(context, CloseReason.SLOW_FRAME, "a frame did not arrive whole within " + settings.frameReceiveMax());
        }
    }

    private boolean mayRead() {
        return !isHeld && connection().mayRead();
    }

    private void pause(ChannelHandlerContext context) {
        if (!isPaused) {
            isPaused = true;
            context.channel().config().setAutoRead(false);
        }
    }

    /** Stops reading, or goes on, as {@link Connection#mayRead} says. */
    void regulate(ChannelHandlerContext context) {
        if (isClosing) {
            return;
        }
        if (!mayRead()) {
            pause(context);
        } else if (isPaused && !isResumeScheduled) {
            isResumeScheduled = true;
            connection().execute(() -> resume(context)); // never inside the handling of another frame
        }
    }

    private void resume(ChannelHandlerContext context) {
        isResumeScheduled = false;
        if (isClosing || !isPaused || !mayRead()) {
            return;
        }
        isPaused = false;
        frameStartNanos = loop.nanoTime().getAsLong();
        ByteBuf known = rest;
        rest = null;
        if (known != null) {
            connection().readStarted();
            try {
                consume(context, known);
            } finally {
                connection().readEnded();
            }
        }
        if (!isPaused && !isClosing) {
            context.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (connection != null) {
            regulate(context);
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            close(context, CloseReason.IDLE, "nothing was sent or received for " + settings.idleMax());
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        isClosing = true;
        releaseRest();
        if (frameDeadline != null) {
            frameDeadline.cancel(false);
        }
        if (connection != null) {
            connection.closed();
            listener.closed(connection);
        }
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        releaseRest();
    }

    private void releaseRest() {
        if (rest != null) {
            rest.release();
            rest = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable fault) {
        if (fault instanceof IOException) {
            LOG.atDebug()
                    .addKeyValue("client", context.channel().remoteAddress())
                    .addKeyValue("error", fault.getMessage())
                    .log("connection lost");
        } else {
            loop.faults().failed(context.channel().remoteAddress(), fault);
            tell(CloseReason.FAILED);
        }
        isClosing = true;
        context.close();
    }

    private void close(ChannelHandlerContext context, CloseReason reason, String text) {
        isClosing = true;
        loop.faults().closed(context.channel().remoteAddress(), text);
        tell(reason);
        context.close();
    }

    private void tell(CloseReason reason) {
        if (connection != null) {
            listener.closing(connection, reason);
        }
    }
}
