package dev.millrace.client.internal.net;

import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.ReplyReader;
import dev.millrace.protocol.transport.RequestHandler;
import dev.millrace.protocol.transport.TransportSettings;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One open connection for each address, opened when first needed and again after it broke.
 *
 * <p>A connection counts as open from the moment its listener hears of it: the stage of {@link RemotingClient} may end
 * before the connection exists. So each attempt to connect has a {@link RemotingClient} of its own.
 *
 * <p>Thread-safe.
 */
public final class Connections implements AutoCloseable {
    private final IoThreads threads;
    private final RequestHandler handler;
    private final ConnectionListener listener;
    private final ConcurrentHashMap<String, CompletableFuture<Connection>> byAddress = new ConcurrentHashMap<>();
    private volatile boolean isClosed;

    /** @param handler takes what servers ask of this client */
    public Connections(IoThreads threads, RequestHandler handler, ConnectionListener listener) {
        this.threads = threads;
        this.handler = handler;
        this.listener = listener;
    }

    /** Completes one attempt to connect. */
    private final class Dial implements ConnectionListener {
        private final CompletableFuture<Connection> into;

        Dial(CompletableFuture<Connection> into) {
            this.into = into;
        }

        @Override
        public void opened(Connection connection) {
            listener.opened(connection);
            into.complete(connection);
            if (isClosed) {
                connection.close();
            }
        }

        @Override
        public void closed(Connection connection) {
            listener.closed(connection);
        }
    }

    /** Sends a request; the stage completes on an event loop. */
    public <T> CompletableFuture<T> call(String address, Request request, Duration timeout, ReplyReader<T> reader) {
        CompletableFuture<Connection> connection = to(address);
        if (connection.isDone() && !connection.isCompletedExceptionally()) {
            return connection.join().call(request, timeout, reader);
        }
        return connection.thenCompose(open -> open.call(request, timeout, reader));
    }

    /** Sends a request that nobody answers. */
    public void sendOneWay(String address, Request request) {
        to(address).thenAccept(open -> open.sendOneWay(request));
    }

    private CompletableFuture<Connection> to(String address) {
        CompletableFuture<Connection> known = byAddress.get(address);
        if (known != null && (!known.isDone() || isUsable(known))) {
            return known;
        }
        if (isClosed) {
            return CompletableFuture.failedFuture(new CancellationException("the client is closed"));
        }
        CompletableFuture<Connection> fresh = new CompletableFuture<>();
        boolean isMine = known == null
                ? byAddress.putIfAbsent(address, fresh) == null
                : byAddress.replace(address, known, fresh);
        if (!isMine) {
            return to(address);
        }
        new RemotingClient(threads, TransportSettings.defaults(), handler, new Dial(fresh))
                .connection(address)
                .whenComplete((connection, fault) -> {
                    if (fault != null) {
                        fresh.completeExceptionally(fault);
                    }
                });
        return fresh;
    }

    private static boolean isUsable(CompletableFuture<Connection> connection) {
        return !connection.isCompletedExceptionally() && connection.join().isOpen();
    }

    /** Closes all connections; requests that wait fail. */
    @Override
    public void close() {
        isClosed = true;
        byAddress.values().forEach(each -> each.thenAccept(Connection::close));
    }
}
