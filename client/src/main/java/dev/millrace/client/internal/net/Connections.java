package dev.millrace.client.internal.net;

import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.ReplyReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests over one connection for each address. What is sent while a connection opens leaves in the order in which it came:
 * a stage alone would run its dependents in the opposite order.
 *
 * <p>Thread-safe: requests that wait are guarded by one private lock, held while they are put into an outbox.
 */
public final class Connections {
    private final RemotingClient remoting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, List<BiConsumer<@Nullable Connection, @Nullable Throwable>>> opening =
            new ConcurrentHashMap<>();

    public Connections(RemotingClient remoting) {
        this.remoting = remoting;
    }

    /** Sends a request; the stage completes on an event loop. */
    public <T> CompletableFuture<T> call(String address, Request request, Duration timeout, ReplyReader<T> reader) {
        CompletableFuture<Connection> connection = remoting.connection(address);
        if (isOpen(connection) && !opening.containsKey(address)) {
            return connection.join().call(request, timeout, reader);
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        whenOpen(address, connection, (open, fault) -> {
            if (open == null) {
                result.completeExceptionally(fault == null ? new AssertionError("neither open nor failed") : fault);
            } else {
                open.call(request, timeout, reader).whenComplete((value, failure) -> {
                    if (failure == null) {
                        result.complete(value);
                    } else {
                        result.completeExceptionally(failure);
                    }
                });
            }
        });
        return result;
    }

    /** Sends a request that nobody answers; lost if there is no connection. */
    public void sendOneWay(String address, Request request) {
        whenOpen(address, remoting.connection(address), (open, fault) -> {
            if (open != null) {
                open.sendOneWay(request);
            }
        });
    }

    private static boolean isOpen(CompletableFuture<Connection> connection) {
        return connection.isDone() && !connection.isCompletedExceptionally();
    }

    private void whenOpen(
            String address,
            CompletableFuture<Connection> connection,
            BiConsumer<@Nullable Connection, @Nullable Throwable> action) {
        boolean isFirst;
        lock.lock();
        try {
            isFirst = !opening.containsKey(address);
            opening.computeIfAbsent(address, key -> new ArrayList<>()).add(action);
        } finally {
            lock.unlock();
        }
        if (isFirst) {
            connection.whenComplete((open, fault) -> settle(address, open, fault));
        }
    }

    private void settle(String address, @Nullable Connection open, @Nullable Throwable fault) {
        List<BiConsumer<@Nullable Connection, @Nullable Throwable>> failed = List.of();
        lock.lock();
        try {
            var waiting = opening.getOrDefault(address, List.of());
            if (open == null) {
                failed = List.copyOf(waiting);
            } else {
                waiting.forEach(each -> each.accept(open, null));
            }
            opening.remove(address);
        } finally {
            lock.unlock();
        }
        failed.forEach(each -> each.accept(null, fault));
    }
}
