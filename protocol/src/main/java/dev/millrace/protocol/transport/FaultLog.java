package dev.millrace.protocol.transport;

import java.net.SocketAddress;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says why connections were closed, a few times a minute: a peer that sends garbage again and again shall not fill the
 * log.
 *
 * <p>Owner: one event loop.
 */
final class FaultLog {
    private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);
    private static final long WINDOW_NANOS = 60_000_000_000L;
    private static final int LINES_MAX = 20;

    private final LongSupplier nanoTime;
    private long windowStart;
    private long count;
    private long failures;

    FaultLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.windowStart = nanoTime.getAsLong();
    }

    /** A defect of ours, not of the peer. */
    void failed(@Nullable SocketAddress peer, Throwable fault) {
        failures++;
        LOG.atError().addKeyValue("client", peer).setCause(fault).log("connection failed");
    }

    long failures() {
        return failures;
    }

    void closed(@Nullable SocketAddress peer, String reason) {
        long now = nanoTime.getAsLong();
        if (now - windowStart >= WINDOW_NANOS) {
            if (count > LINES_MAX) {
                LOG.atInfo().log("{} further connections were closed by faults", count - LINES_MAX);
            }
            windowStart = now;
            count = 0;
        }
        if (++count <= LINES_MAX) {
            LOG.atInfo()
                    .addKeyValue("client", peer)
                    .addKeyValue("error", reason)
                    .log("connection closed");
        }
    }
}
