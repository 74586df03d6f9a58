package dev.millrace.protocol.transport;

import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.command.Request;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection to a peer; both sides may send requests.
 *
 * <p>Owner: its event loop. Methods marked "any thread" only put work into its outbox.
 */
public final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final int SWEEP_INTERVAL_MS = 100;
    /** Frames that one turn of the event loop takes from the outbox, so that other connections get theirs. */
    private static final int DRAIN_COUNT_MAX = 4096;

    private final ChannelHandlerContext context;
    private final EventLoop eventLoop;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final LoopState loop;
    private final InetSocketAddress remote;
    private final String remoteAddress;
    private final int requestsInFlightMax;
    private final Queue<OutgoingFrame> outbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isDrainScheduled = new AtomicBoolean();
    private volatile @Nullable PendingRequests pending;
    private int requestsInFlight;
    private boolean isReading;
    private volatile boolean isClosed;
    private volatile @Nullable Object attachment;

    Connection(ChannelHandlerContext context, FrameReader reader, LoopState loop, TransportSettings settings) {
        Channel channel = context.channel();
        this.context = context;
        this.eventLoop = channel.eventLoop();
        this.reader = reader;
        this.loop = loop;
        this.remote = (InetSocketAddress) channel.remoteAddress();
        this.remoteAddress = remote.getAddress().getHostAddress() + ":" + remote.getPort();
        this.writer = new FrameWriter(context, this, loop.header(), settings.requestHeaders());
        this.requestsInFlightMax = settings.requestsInFlightMax();
    }

    /** The peer as {@code address:port}. */
    public String remoteAddress() {
        return remoteAddress;
    }

    public InetSocketAddress remote() {
        return remote;
    }

    public InetSocketAddress local() {
        return (InetSocketAddress) context.channel().localAddress();
    }

    public boolean isOpen() {
        return !isClosed;
    }

    /** Whether it is open and the peer takes what was sent so far; any thread. */
    public boolean isWritable() {
        return !isClosed && context.channel().isWritable();
    }

    /** What the server's own code keeps with this connection. */
    public @Nullable Object attachment() {
        return attachment;
    }

    public void attach(Object newAttachment) {
        attachment = newAttachment;
    }

    /** Closes it after what this thread has sent; any thread. */
    public void close() {
        if (eventLoop.inEventLoop()) {
            flushLast();
        }
        if (!context.isRemoved()) { // else the channel is somebody else's
            context.close();
        }
    }

    /** Runs a task on the event loop; any thread. A task for a connection that is gone is dropped. */
    public void execute(Runnable task) {
        tryExecute(task);
    }

    private boolean tryExecute(Runnable task) {
        try {
            eventLoop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            isClosed = true;
            return false;
        }
    }

    public boolean isOnEventLoop() {
        return eventLoop.inEventLoop();
    }

    /**
     * Sends a request; any thread. The stage completes on the event loop with the reader's value, or fails with a
     * {@link TransportException}, or with what the reader or the encoding of the request threw.
     */
    public <T> CompletableFuture<T> call(Request request, Duration timeout, ReplyReader<T> replyReader) {
        CompletableFuture<T> future = new CompletableFuture<>();
        PendingRequests waiting = pending();
        int opaque = waiting.add(timeout.toNanos(), replyReader, future);
        if (opaque != 0) {
            send(new RequestFrame(request, waiting, opaque));
            if (isClosed) {
                waiting.fail(opaque, new TransportException("connection to " + remoteAddress + " is closed", false));
            }
        }
        return future;
    }

    /** Most connections never call: the ring and its sweep begin with the first call. */
    private PendingRequests pending() {
        PendingRequests known = pending;
        return known == null ? startPending() : known;
    }

    private synchronized PendingRequests startPending() {
        PendingRequests known = pending;
        if (known != null) {
            return known;
        }
        PendingRequests fresh =
                new PendingRequests(Integer.highestOneBit(requestsInFlightMax), loop.nanoTime(), remoteAddress);
        pending = fresh;
        try {
            var sweeps = eventLoop.scheduleAtFixedRate(
                    () -> sweep(fresh), SWEEP_INTERVAL_MS, SWEEP_INTERVAL_MS, TimeUnit.MILLISECONDS);
            context.channel().closeFuture().addListener(closed -> sweeps.cancel(false));
        } catch (RejectedExecutionException e) {
            isClosed = true;
        }
        return fresh;
    }

    /** A peer that does not answer any more is left: it may be frozen or cut off, and another one found at its address. */
    private void sweep(PendingRequests waiting) {
        if (waiting.failExpired() && !isClosed) {
            loop.faults().closed(remote, "it answers nothing any more");
            close();
        }
    }

    /**
     * Sends a request that nobody answers; any thread. Lost if the connection is, or if the peer does not take what waits
     * for it already.
     */
    public void sendOneWay(Request request) {
        send(new OneWayFrame(request));
    }

    private record RequestFrame(Request request, PendingRequests waiting, int opaque) implements OutgoingFrame {
        @Override
        public void writeTo(FrameWriter target) {
            try {
                target.request(request, opaque, false);
            } catch (RuntimeException | AssertionError e) {
                waiting.fail(opaque, e);
            }
        }

        @Override
        public void dropped() {
            waiting.fail(opaque, new TransportException("the connection was closed before sending", false));
        }
    }

    private final class OneWayFrame implements OutgoingFrame {
        private final Request request;

        OneWayFrame(Request request) {
            this.request = request;
        }

        @Override
        public void writeTo(FrameWriter target) {
            if (context.channel().isWritable()) {
                target.request(request, 0, true);
            }
        }
    }

    /**
     * Puts a frame into the outbox; any thread. Frames of one thread keep their order. Exactly one of its methods is
     * called: on the event loop, or on the caller's thread if the loop has ended.
     */
    public void send(OutgoingFrame frame) {
        if (isReading && eventLoop.inEventLoop()) {
            if (!outbox.isEmpty()) {
                drainOutbox();
            }
            writeOrDrop(frame);
            return;
        }
        outbox.add(frame);
        scheduleDrain();
    }

    private void scheduleDrain() {
        if (isDrainScheduled.compareAndSet(false, true) && !tryExecute(this::drain)) {
            isDrainScheduled.set(false);
            drainOutbox();
        }
    }

    private void drain() {
        isDrainScheduled.set(false);
        drainOutbox();
        if (!outbox.isEmpty()) {
            scheduleDrain();
        }
        if (!isReading && !isClosed) {
            flush();
        }
    }

    private void drainOutbox() {
        for (int i = 0; i < DRAIN_COUNT_MAX || isClosed; i++) {
            OutgoingFrame frame = outbox.poll();
            if (frame == null) {
                return;
            }
            writeOrDrop(frame);
        }
    }

    private void writeOrDrop(OutgoingFrame frame) {
        try {
            if (isClosed) {
                frame.dropped();
            } else {
                frame.writeTo(writer);
            }
        } catch (RuntimeException | AssertionError e) {
            LOG.atError()
                    .addKeyValue("client", remoteAddress)
                    .setCause(e)
                    .log("a frame can't be written, the connection is closed");
            context.close();
        }
    }

    void readStarted() {
        isReading = true;
        PendingRequests waiting = pending;
        if (waiting != null) {
            waiting.heard();
        }
    }

    void readEnded() {
        isReading = false;
        if (!isClosed) {
            flush();
        }
    }

    /** Writes what is there, before the end. */
    void flushLast() {
        if (!isClosed) {
            drainOutbox();
            writer.flush();
        }
    }

    private void flush() {
        writer.flush();
        reader.regulate(context);
    }

    void received(HeaderFields fields, ByteBuffer body) {
        PendingRequests waiting = pending;
        if (waiting != null) {
            waiting.complete(fields, body);
        }
    }

    /** Counts a request that will be answered. */
    void asked() {
        requestsInFlight++;
    }

    void answered() {
        requestsInFlight = Math.max(0, requestsInFlight - 1);
    }

    int requestsInFlight() {
        return requestsInFlight;
    }

    /** Whether the peer takes its answers and does not ask too much at once. */
    boolean mayRead() {
        return requestsInFlight < requestsInFlightMax && context.channel().isWritable();
    }

    void closed() {
        isClosed = true;
        writer.release();
        drainOutbox();
        PendingRequests waiting = pending;
        if (waiting != null) {
            waiting.failAll("connection to " + remoteAddress + " was closed before the answer came");
        }
    }
}
