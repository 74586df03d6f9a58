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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests over one connection for each address. What is sent while a connection opens leaves in the order in which it came:
 * a stage alone would run its dependents in the opposite order.
 *
 * <p>Thread-safe: requests that wait are guarded by one private lock, never held over a call.
 */
public final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private final RemotingClient remoting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, List<Waiting>> opening = new ConcurrentHashMap<>();

    /** A request that waits for its connection. */
    @FunctionalInterface
    private interface Waiting {
        void settled(@Nullable Connection open, @Nullable Throwable fault);
    }

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

    private void whenOpen(String address, CompletableFuture<Connection> connection, Waiting action) {
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

    /** Until nobody waits, requests that come meanwhile join the end of the list, so that none gets past another. */
    private void settle(String address, @Nullable Connection open, @Nullable Throwable fault) {
        while (true) {
            List<Waiting> waiting;
            lock.lock();
            try {
                waiting = List.copyOf(opening.getOrDefault(address, List.of()));
                if (waiting.isEmpty() || open == null) {
                    opening.remove(address);
                } else {
                    opening.put(address, new ArrayList<>());
                }
            } finally {
                lock.unlock();
            }
            waiting.forEach(each -> tell(each, address, open, fault));
            if (waiting.isEmpty() || open == null) {
                return;
            }
        }
    }

    private static void tell(Waiting waiting, String address, @Nullable Connection open, @Nullable Throwable fault) {
        try {
            waiting.settled(open, fault);
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("broker", address).setCause(e).log("a request that waited can't be sent");
        }
    }
}
