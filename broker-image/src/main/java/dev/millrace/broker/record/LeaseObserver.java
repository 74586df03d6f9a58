package dev.millrace.broker.record;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When one process may take the lease of another: it saw it unchanged for its whole term by its own monotonic clock. What
 * the holder's clock says is never compared with it.
 *
 * <p>Owner: whoever reads and writes the lease, one thread at a time.
 */
final class LeaseObserver {
    private @Nullable Lease seen;
    private long sinceNanos;

    /**
     * Whether the lease, as it was just read, may be taken or renewed.
     *
     * @param beforeNanos the clock before it was read
     * @param afterNanos the clock after it was read
     */
    boolean mayTake(Lease lease, String taker, long beforeNanos, long afterNanos) {
        if (lease.isFree() || lease.holder().equals(taker)) {
            seen = null;
            return true;
        }
        if (!lease.equals(seen)) {
            seen = lease;
            sinceNanos = afterNanos;
            return false;
        }
        return beforeNanos - sinceNanos >= TimeUnit.MILLISECONDS.toNanos(lease.termMs());
    }
}
