package dev.millrace.protocol.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A port whose connections are served here, or passed on to another process byte by byte, or kept waiting until one of both
 * is possible. Connections stay open over a change: what a client sends in between waits in its connection.
 *
 * <pre>
 *   waiting --serve--&gt; served --hold--&gt; waiting, or passOn--&gt; passed on, for as long as both ends live
 * </pre>
 *
 * A connection changes hands between two frames, once the requests that were taken are answered, or after
 * {@link #LEAVE_MAX}. One that was passed on stays so, since where it leads passes it on itself if it can't serve it; but once
 * others go elsewhere, it is closed if nothing comes back for {@link #SILENCE_MAX}.
 *
 * <p>Thread-safe.
 */
public final class Door implements AutoCloseable {
    /** A connection that nobody serves for so long is closed. */
    static final Duration HOLD_MAX = Duration.ofSeconds(15);

    /** What is not answered by then is not waited for when a connection changes hands. */
    static final Duration LEAVE_MAX = Duration.ofSeconds(3);

    /** Where nothing comes back from for so long, connections do not stay when others go elsewhere. */
    static final Duration SILENCE_MAX = Duration.ofSeconds(1);

    private static final int BACKLOG = 1024;

    private final IoThreads threads;
    private final TransportSettings settings;
    private final int connectionsMax;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final Channel listening;
    private volatile Destination destination = Destination.Nowhere.INSTANCE;

    /** Where connections go. */
    sealed interface Destination {
        /** Gives it a connection that nobody has. */
        void take(Visit visit);

        /** Whether it can have connections. */
        default boolean isSomewhere() {
            return true;
        }

        record Here(RequestHandler handler, ConnectionListener listener) implements Destination {
            @Override
            public void take(Visit visit) {
                visit.serve(this);
            }
        }

        record There(InetSocketAddress address) implements Destination {
            @Override
            public void take(Visit visit) {
                visit.passOn(address);
            }
        }

        record Nowhere() implements Destination {
            static final Nowhere INSTANCE = new Nowhere();

            @Override
            public void take(Visit visit) {
                visit.waitMore();
            }

            @Override
            public boolean isSomewhere() {
                return false;
            }
        }
    }

    private Door(IoThreads threads, InetSocketAddress address, TransportSettings settings, int connectionsMax) {
        this.threads = threads;
        this.settings = settings;
        this.connectionsMax = connectionsMax;
        ChannelFuture bound = new ServerBootstrap()
                .group(threads.group())
                .channel(threads.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new Setup())
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw RemotingServer.unavailable(address, bound.cause());
        }
        this.listening = bound.channel();
    }

    /**
     * Starts listening; connections wait.
     *
     * @param address port 0 for any free one, see {@link #port}
     * @param connectionsMax a further one is closed at once
     * @throws TransportException if the port is in use or the address is not of this machine
     */
    public static Door open(
            IoThreads threads, InetSocketAddress address, TransportSettings settings, int connectionsMax) {
        return new Door(threads, address, settings, connectionsMax);
    }

    /** The port it listens on. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Connections are served here from now on, those that wait too. The stage completes when all of them have heard of it. */
    public CompletableFuture<Void> serve(RequestHandler handler, ConnectionListener listener) {
        return change(new Destination.Here(handler, listener));
    }

    /** No request is taken once the stage is complete; those that were taken are answered. */
    public CompletableFuture<Void> hold() {
        return change(Destination.Nowhere.INSTANCE);
    }

    /**
     * Connections are passed on from now on, but for those that were passed on elsewhere already. No request is taken once
     * the stage is complete.
     */
    public CompletableFuture<Void> passOn(InetSocketAddress address) {
        return change(new Destination.There(address));
    }

    private CompletableFuture<Void> change(Destination next) {
        if (next.equals(destination)) {
            return CompletableFuture.completedFuture(null);
        }
        destination = next;
        List<CompletableFuture<Void>> looks = new ArrayList<>();
        for (Channel channel : channels) {
            Visit visit = channel.attr(Visit.KEY).get();
            if (visit != null) {
                try {
                    looks.add(CompletableFuture.runAsync(visit::look, channel.eventLoop()));
                } catch (RejectedExecutionException e) {
                    channel.close(); // the event loops end
                }
            }
        }
        return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new));
    }

    Destination destination() {
        return destination;
    }

    TransportSettings settings() {
        return settings;
    }

    IoThreads threads() {
        return threads;
    }

    /** Stops listening and closes all connections. */
    @Override
    public void close() {
        channels.add(listening);
        threads.closeAll(channels);
    }

    private final class Setup extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            channel.config().setAutoRead(false);
            channel.config().setOption(ChannelOption.TCP_NODELAY, true);
            channel.config().setAllocator(PooledByteBufAllocator.DEFAULT);
            channel.config()
                    .setWriteBufferWaterMark(
                            new WriteBufferWaterMark(settings.outboundBytesMax() / 2, settings.outboundBytesMax()));
            channel.pipeline()
                    .addLast(new IdleStateHandler(true, 0, 0, settings.idleMax().toMillis(), TimeUnit.MILLISECONDS))
                    .addLast(new Arrival());
        }
    }

    /** Waits until the connection is open. */
    private final class Arrival extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            Channel channel = context.channel();
            channels.add(channel);
            context.pipeline().remove(this);
            if (channels.size() > connectionsMax || !(channel.remoteAddress() instanceof InetSocketAddress)) {
                channel.close();
                return;
            }
            Visit visit = new Visit(Door.this, channel);
            channel.attr(Visit.KEY).set(visit);
            visit.look();
        }
    }
}
