package dev.millrace.bench.echo;

import dev.millrace.cli.load.Arrivals;
import dev.millrace.cli.load.LoadTarget;
import dev.millrace.cli.load.SendDone;
import dev.millrace.cli.load.TargetSettings;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges frames with {@link EchoServer} over one connection.
 *
 * <p>Owner: the event loop; other threads speak to it by {@code requests}, which the unanswered sends of the driver
 * bound.
 */
public final class EchoTarget implements LoadTarget {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Queue<SendDone> requests = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isScheduled = new AtomicBoolean();
    private final ArrayDeque<SendDone> unanswered = new ArrayDeque<>();
    private final boolean isShared;
    private @Nullable Channel channel;

    /**
     * A client that is not connected yet.
     *
     * @param isShared sends that meet share one wake-up, one buffer and one write; otherwise each has its own, as a
     *     plain use of Netty has
     */
    public EchoTarget(boolean isShared) {
        this.isShared = isShared;
    }

    @Override
    public void open(TargetSettings settings) throws Exception {
        var address = settings.address();
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        channel = new Bootstrap()
                .group(group)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new Answers())
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .sync()
                .channel();
    }

    @Override
    public void send(int queue, byte[] body) throws Exception {
        var waiter = new Waiter(Thread.currentThread());
        sendAsync(queue, body, waiter);
        waiter.await();
    }

    @Override
    public void sendAsync(int queue, byte[] body, SendDone done) {
        if (!isShared) {
            sendAlone(done);
            return;
        }
        requests.add(done);
        if (!isScheduled.get() && isScheduled.compareAndSet(false, true)) {
            opened().eventLoop().execute(this::writeRequests);
        }
    }

    @Override
    public int fill(int firstQueue, int queueCount, List<byte[]> bodies) {
        throw new UnsupportedOperationException("an echo keeps nothing to drain");
    }

    @Override
    public void startDrain(Arrivals arrivals) {
        throw new UnsupportedOperationException("an echo keeps nothing to drain");
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.close().awaitUninterruptibly();
        }
        group.shutdownGracefully().awaitUninterruptibly();
    }

    private void sendAlone(SendDone done) {
        var open = opened();
        if (open.eventLoop().inEventLoop()) {
            unanswered.add(done);
            write(1);
        } else {
            open.eventLoop().execute(() -> {
                unanswered.add(done);
                write(1);
                open.flush();
            });
        }
    }

    private void writeRequests() {
        isScheduled.set(false);
        int count = 0;
        for (var done = requests.poll(); done != null; done = requests.poll()) {
            unanswered.add(done);
            count++;
        }
        if (count > 0) {
            write(count);
            opened().flush();
        }
    }

    private void write(int count) {
        int bytes = count * EchoFrames.REQUEST_BYTES;
        var open = opened();
        open.write(open.alloc().directBuffer(bytes).writeZero(bytes), open.voidPromise());
    }

    private Channel opened() {
        if (channel == null) {
            throw new IllegalStateException("send before open");
        }
        return channel;
    }

    /** Matches replies, which come in the order of the requests. Owner: the event loop. */
    private final class Answers extends ChannelInboundHandlerAdapter {
        private int replyBytes;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var bytes = (ByteBuf) message;
            replyBytes += bytes.readableBytes();
            bytes.release();
            for (; replyBytes >= EchoFrames.REPLY_BYTES; replyBytes -= EchoFrames.REPLY_BYTES) {
                unanswered.remove().done(null);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }

    /** Parks one thread until its answer is here. Thread-safe: one volatile flag. */
    private static final class Waiter implements SendDone {
        private final Thread thread;
        private volatile boolean isDone;

        Waiter(Thread thread) {
            this.thread = thread;
        }

        @Override
        public void done(@Nullable Throwable failure) {
            isDone = true;
            LockSupport.unpark(thread);
        }

        void await() throws InterruptedException {
            while (!isDone) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while waiting for an echo");
                }
            }
        }
    }
}
