package dev.millrace.protocol.transport;

import dev.millrace.protocol.command.Request;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Connections to servers, one for each address, opened when first needed and again after they broke.
 *
 * <p>Thread-safe.
 */
public final class RemotingClient implements AutoCloseable {
    private final IoThreads threads;
    private final TransportSettings settings;
    private final RequestHandler handler;
    private final ConnectionListener listener;
    private final ConcurrentHashMap<String, CompletableFuture<Connection>> connections = new ConcurrentHashMap<>();
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private volatile boolean isClosed;

    /**
     * @param handler takes what servers ask of this client
     */
    public RemotingClient(
            IoThreads threads, TransportSettings settings, RequestHandler handler, ConnectionListener listener) {
        this.threads = threads;
        this.settings = settings;
        this.handler = handler;
        this.listener = listener;
    }

    /**
     * Sends a request to {@code host:port}. The stage completes on an event loop with the reader's value, or fails with a
     * {@link TransportException}; the time to connect counts towards neither side's timeout but has its own limit.
     */
    public <T> CompletableFuture<T> call(String address, Request request, Duration timeout, ReplyReader<T> reader) {
        CompletableFuture<Connection> connection = connection(address);
        if (connection.isDone() && !connection.isCompletedExceptionally()) {
            return connection.join().call(request, timeout, reader);
        }
        return connection.thenCompose(open -> open.call(request, timeout, reader));
    }

    /** Sends a request that nobody answers. The stage completes when the connection has it. */
    public CompletableFuture<Void> sendOneWay(String address, Request request) {
        return connection(address).thenAccept(open -> open.sendOneWay(request));
    }

    /** The open connection to {@code host:port}, or the attempt to open it. */
    public CompletableFuture<Connection> connection(String address) {
        CompletableFuture<Connection> known = connections.get(address);
        if (known != null && (!known.isDone() || isUsable(known))) {
            return known;
        }
        if (isClosed) {
            return CompletableFuture.failedFuture(new TransportException("this client is closed", false));
        }
        CompletableFuture<Connection> fresh = new CompletableFuture<>();
        boolean isMine = known == null
                ? connections.putIfAbsent(address, fresh) == null
                : connections.replace(address, known, fresh);
        if (!isMine) {
            return connection(address);
        }
        open(address, fresh);
        return fresh;
    }

    private static boolean isUsable(CompletableFuture<Connection> connection) {
        return !connection.isCompletedExceptionally() && connection.join().isOpen();
    }

    private void open(String address, CompletableFuture<Connection> into) {
        InetSocketAddress target;
        try {
            target = parse(address);
        } catch (TransportException e) {
            into.completeExceptionally(e);
            return;
        }
        ChannelFuture connected = new Bootstrap()
                .group(threads.group())
                .channel(threads.clientChannel())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        settings.connectTimeout().toMillis())
                .handler(new ChannelSetup(settings, handler, listener, channels))
                .connect(target);
        connected.addListener(done -> {
            if (done.isSuccess()) {
                // the channel becomes active, and gets its connection, only after this
                connected.channel().eventLoop().execute(() -> complete(address, connected.channel(), into));
            } else {
                into.completeExceptionally(new TransportException(
                        "can't connect to " + address + ": " + done.cause().getMessage(), false, done.cause()));
            }
        });
    }

    private static void complete(String address, Channel channel, CompletableFuture<Connection> into) {
        FrameReader reader = channel.pipeline().get(FrameReader.class);
        if (reader != null && channel.isActive()) {
            into.complete(reader.connection());
        } else {
            into.completeExceptionally(
                    new TransportException("connection to " + address + " was closed at once", false));
        }
    }

    private static InetSocketAddress parse(String address) {
        int colon = address.lastIndexOf(':');
        if (colon > 0) {
            try {
                return new InetSocketAddress(
                        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
            } catch (IllegalArgumentException e) {
                throw new TransportException("'" + address + "' is no address; write host:port", false, e);
            }
        }
        throw new TransportException("'" + address + "' is no address; write host:port", false);
    }

    /** Closes all connections; requests that wait fail. Waits for it, but not on an event loop. */
    @Override
    public void close() {
        isClosed = true;
        threads.closeAll(channels);
    }
}
