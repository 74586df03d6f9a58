package dev.millrace.protocol.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;

/** Listens on one port and hands requests to a handler. Thread-safe. */
public final class RemotingServer implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final IoThreads threads;
    private final Channel listening;
    private final ChannelGroup channels;

    private RemotingServer(IoThreads threads, Channel listening, ChannelGroup channels) {
        this.threads = threads;
        this.listening = listening;
        this.channels = channels;
    }

    /**
     * Starts listening.
     *
     * @param address port 0 for any free one, see {@link #port}
     * @throws TransportException if the port is in use or the address is not of this machine
     */
    public static RemotingServer start(
            IoThreads threads,
            InetSocketAddress address,
            TransportSettings settings,
            RequestHandler handler,
            ConnectionListener listener) {
        ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
        ChannelFuture bound = new ServerBootstrap()
                .group(threads.group())
                .channel(threads.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelSetup(settings, handler, listener, channels))
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw unavailable(address, bound.cause());
        }
        return new RemotingServer(threads, bound.channel(), channels);
    }

    static TransportException unavailable(InetSocketAddress address, Throwable cause) {
        return new TransportException(
                "can't listen on " + address.getHostString() + ":" + address.getPort() + ": " + cause.getMessage()
                        + "; end what uses the port, or configure another port or host",
                false,
                cause);
    }

    /** The port it listens on. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Stops listening and closes all connections. */
    @Override
    public void close() {
        channels.add(listening);
        threads.closeAll(channels);
    }
}
