package dev.millrace.protocol.transport;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelGroupFuture;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;

/** The event loops of a process, named {@code io-n}: epoll where there is one, else Java's selectors. */
public final class IoThreads implements AutoCloseable {
    private static final int CLOSE_TIMEOUT_SECONDS = 5;

    private final EventLoopGroup group;
    private final boolean isEpoll;

    private IoThreads(int count) {
        this.isEpoll = Epoll.isAvailable();
        IoHandlerFactory factory = isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("io", true), factory);
    }

    /** Starts {@code count} event loops; they are daemons and end with {@link #close}. */
    public static IoThreads start(int count) {
        return new IoThreads(count);
    }

    /** Whether the calling thread is one of these event loops. */
    boolean isCurrent() {
        for (EventExecutor loop : group) {
            if (loop.inEventLoop()) {
                return true;
            }
        }
        return false;
    }

    EventLoopGroup group() {
        return group;
    }

    Class<? extends ServerChannel> serverChannel() {
        return isEpoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends Channel> clientChannel() {
        return isEpoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /**
     * Closes these channels and waits for that, but not on an event loop and not for ever. Loops that end close their
     * channels themselves.
     */
    void closeAll(ChannelGroup channels) {
        if (group.isShuttingDown()) {
            return;
        }
        ChannelGroupFuture closed = channels.close();
        if (!isCurrent()) {
            closed.awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
