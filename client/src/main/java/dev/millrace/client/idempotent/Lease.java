package dev.millrace.client.idempotent;

import java.util.function.LongSupplier;

/**
 * A claim while its listener works. Thread-safe: written by the renewal thread, read by the listener.
 */
public final class Lease {
    private final Claim claim;
    private final long leaseNanos;
    private final LongSupplier nanos;
    private volatile long renewedAtNanos;
    private volatile boolean isLost;

    /** @param askedAtNanos reading of the clock before the store was asked */
    Lease(Claim claim, long leaseNanos, LongSupplier nanos, long askedAtNanos) {
        this.claim = claim;
        this.leaseNanos = leaseNanos;
        this.nanos = nanos;
        this.renewedAtNanos = askedAtNanos;
    }

    /**
     * Grows with each claim of the same message. Hand it to systems that can refuse what comes with an older one: so they are
     * safe from a consumer that was stopped for longer than its lease.
     */
    public long fencingToken() {
        return claim.fencingToken();
    }

    /** Whether nobody else can have the message now; look at it before steps that must not be done twice. */
    public boolean isHeld() {
        return !isLost && nanos.getAsLong() - renewedAtNanos < leaseNanos;
    }

    Claim claim() {
        return claim;
    }

    boolean isLost() {
        return isLost;
    }

    void lost() {
        isLost = true;
    }

    void renewed(long askedAtNanos) {
        renewedAtNanos = askedAtNanos;
    }

    boolean isRenewalDue(long nowNanos) {
        return !isLost && nowNanos - renewedAtNanos >= leaseNanos / 3;
    }
}
