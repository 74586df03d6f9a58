package dev.millrace.protocol.transport;

import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.codec.HeaderWriter;
import dev.millrace.protocol.command.Request;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.internal.PlatformDependent;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection to a peer; both sides may send requests.
 *
 * <p>Owner: its event loop. Methods marked "any thread" only put work into its outbox.
 */
public final class Connection {
    private static final int SWEEP_INTERVAL_MS = 100;

    private final ChannelHandlerContext context;
    private final EventLoop loop;
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final String remoteAddress;
    private final FrameWriter writer;
    private final Queue<OutgoingFrame> outbox = PlatformDependent.newMpscQueue();
    private final AtomicBoolean isDrainScheduled = new AtomicBoolean();
    private final PendingRequests pending;
    private final int requestsInFlightMax;
    private int requestsInFlight;
    private boolean isReading;
    private volatile boolean isClosed;
    private volatile @Nullable Object attachment;

    Connection(ChannelHandlerContext context, HeaderWriter header, TransportSettings settings, LongSupplier nanoTime) {
        Channel channel = context.channel();
        this.context = context;
        this.loop = channel.eventLoop();
        this.remote = (InetSocketAddress) channel.remoteAddress();
        this.local = (InetSocketAddress) channel.localAddress();
        this.remoteAddress = remote.getAddress().getHostAddress() + ":" + remote.getPort();
        this.writer = new FrameWriter(context, this, header);
        this.requestsInFlightMax = settings.requestsInFlightMax();
        this.pending =
                new PendingRequests(Integer.highestOneBit(settings.requestsInFlightMax()), nanoTime, remoteAddress);
    }

    void startSweep() {
        var sweep = loop.scheduleAtFixedRate(
                pending::failExpired, SWEEP_INTERVAL_MS, SWEEP_INTERVAL_MS, TimeUnit.MILLISECONDS);
        context.channel().closeFuture().addListener(closed -> sweep.cancel(false));
    }

    /** The peer as {@code address:port}. */
    public String remoteAddress() {
        return remoteAddress;
    }

    public InetSocketAddress remote() {
        return remote;
    }

    public InetSocketAddress local() {
        return local;
    }

    public boolean isOpen() {
        return !isClosed;
    }

    /** What the server's own code keeps with this connection. */
    public @Nullable Object attachment() {
        return attachment;
    }

    public void attach(Object newAttachment) {
        attachment = newAttachment;
    }

    /** Closes it; any thread. */
    public void close() {
        context.close();
    }

    /** Runs a task on the event loop; any thread. A task for a connection that is gone is dropped. */
    public void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            isClosed = true;
        }
    }

    public boolean isOnEventLoop() {
        return loop.inEventLoop();
    }

    /**
     * Sends a request; any thread. The stage completes on the event loop with the reader's value, or fails with a
     * {@link TransportException}.
     */
    public <T> CompletableFuture<T> call(Request request, Duration timeout, ReplyReader<T> reader) {
        CompletableFuture<T> future = new CompletableFuture<>();
        int opaque = pending.add(timeout.toNanos(), reader, future);
        if (opaque != 0) {
            send(new RequestFrame(request, opaque, false));
            if (isClosed) {
                pending.fail(opaque, new TransportException("connection to " + remoteAddress + " is closed", false));
            }
        }
        return future;
    }

    /** Sends a request that nobody answers; any thread. Lost if the connection is. */
    public void sendOneWay(Request request) {
        send(new RequestFrame(request, 0, true));
    }

    private final class RequestFrame implements OutgoingFrame {
        private final Request request;
        private final int opaque;
        private final boolean isOneWay;

        RequestFrame(Request request, int opaque, boolean isOneWay) {
            this.request = request;
            this.opaque = opaque;
            this.isOneWay = isOneWay;
        }

        @Override
        public void writeTo(FrameWriter target) {
            target.request(request, opaque, isOneWay);
        }

        @Override
        public void dropped() {
            pending.fail(
                    opaque, new TransportException("connection to " + remoteAddress + " closed before sending", false));
        }
    }

    /** Puts a frame into the outbox; any thread. Frames of one thread keep their order. */
    public void send(OutgoingFrame frame) {
        if (isReading && loop.inEventLoop()) {
            if (isClosed) {
                frame.dropped();
            } else {
                frame.writeTo(writer);
            }
            return;
        }
        outbox.add(frame);
        if (isDrainScheduled.compareAndSet(false, true)) {
            execute(this::drain);
        }
        if (isClosed) {
            execute(this::dropOutbox);
        }
    }

    private void drain() {
        isDrainScheduled.set(false);
        if (isClosed) {
            dropOutbox();
            return;
        }
        for (OutgoingFrame frame = outbox.poll(); frame != null; frame = outbox.poll()) {
            frame.writeTo(writer);
        }
        if (!isReading) {
            flush();
        }
    }

    private void dropOutbox() {
        for (OutgoingFrame frame = outbox.poll(); frame != null; frame = outbox.poll()) {
            frame.dropped();
        }
    }

    void readStarted() {
        isReading = true;
    }

    void readEnded() {
        isReading = false;
        flush();
    }

    private void flush() {
        writer.flush();
        regulate();
    }

    void received(HeaderFields fields, ByteBuffer body) {
        pending.complete(fields, body);
    }

    /** Counts a request that will be answered. */
    void asked() {
        requestsInFlight++;
    }

    void answered() {
        requestsInFlight--;
    }

    /** Reads from the peer only while it takes its answers and does not ask too much at once. */
    void regulate() {
        Channel channel = context.channel();
        boolean mayRead = channel.isWritable() && requestsInFlight < requestsInFlightMax;
        if (mayRead != channel.config().isAutoRead()) {
            channel.config().setAutoRead(mayRead);
        }
    }

    void closed() {
        isClosed = true;
        writer.release();
        dropOutbox();
        pending.failAll("connection to " + remoteAddress + " was closed before the answer came");
    }
}
