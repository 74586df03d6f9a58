package dev.millrace.broker;

import dev.millrace.broker.dispatch.Dispatcher;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.Door;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.TransportSettings;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a broker listens: one port for all requests, one for all but reads if there is room for it. They outlive what is
 * served: connections are served here, or wait, or are passed on to another copy of the broker group.
 *
 * <p>Thread-safe.
 */
final class Ports implements AutoCloseable {
    /** The port below the main one that serves all but reads. */
    private static final int FAST_PORT_DISTANCE = 2;

    private static final int PORT_MIN_FOR_FAST = 3;
    private static final int CHANGE_SECONDS_MAX = 5;

    private final IoThreads io;
    private final Door all;
    private final @Nullable Door fast;

    private Ports(IoThreads io, Door all, @Nullable Door fast) {
        this.io = io;
        this.all = all;
        this.fast = fast;
    }

    /**
     * Starts listening; connections wait.
     *
     * @throws dev.millrace.protocol.transport.TransportException if a port is in use
     */
    static Ports open(BrokerConfig config, TransportSettings transport) {
        IoThreads io = IoThreads.start(config.ioThreadCount(Runtime.getRuntime().availableProcessors()));
        Door all = null;
        boolean isOpen = false;
        try {
            all = open(io, config, config.port(), transport);
            Door fast = config.port() < PORT_MIN_FOR_FAST
                    ? null
                    : open(io, config, config.port() - FAST_PORT_DISTANCE, transport);
            isOpen = true;
            return new Ports(io, all, fast);
        } finally {
            if (!isOpen) {
                if (all != null) {
                    all.close();
                }
                io.close();
            }
        }
    }

    private static Door open(IoThreads io, BrokerConfig config, int port, TransportSettings transport) {
        return Door.open(io, new InetSocketAddress(config.bindHost(), port), transport, config.connectionsMax());
    }

    IoThreads io() {
        return io;
    }

    /** The main port. */
    int port() {
        return all.port();
    }

    /** Requests are served here from now on, those that waited too. */
    void serve(Dispatcher everything, Dispatcher withoutReads, ConnectionListener listener) {
        await(all.serve(everything, listener));
        if (fast != null) {
            await(fast.serve(withoutReads, listener));
        }
    }

    /** No request is taken when it returns; those that were taken are still answered. */
    void hold() {
        await(all.hold());
        if (fast != null) {
            await(fast.hold());
        }
    }

    /** Connections are passed on to another copy from now on. */
    void passOn(InetSocketAddress master) {
        await(all.passOn(master));
        if (fast != null) {
            await(fast.passOn(master));
        }
    }

    private static void await(CompletableFuture<Void> change) {
        change.completeOnTimeout(null, CHANGE_SECONDS_MAX, TimeUnit.SECONDS).join();
    }

    /** Closes all connections, and ends the event loops. */
    @Override
    public void close() {
        all.close();
        if (fast != null) {
            fast.close();
        }
        io.close();
    }
}
