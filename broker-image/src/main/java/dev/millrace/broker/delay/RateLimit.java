package dev.millrace.broker.delay;

/**
 * Lets so many pass a second, a tenth of a second's worth at once.
 *
 * <p>Owner: one thread.
 */
final class RateLimit {
    private static final int BURSTS_PER_SECOND = 10;

    private final int perSecond;
    private double allowance;
    private long refilledMs;

    RateLimit(int perSecond, long nowMs) {
        this.perSecond = perSecond;
        this.refilledMs = nowMs;
        this.allowance = (double) perSecond / BURSTS_PER_SECOND;
    }

    void refill(long nowMs) {
        double more = (double) perSecond * Math.max(0, nowMs - refilledMs) / 1000;
        allowance = Math.min((double) perSecond / BURSTS_PER_SECOND, allowance + more);
        refilledMs = nowMs;
    }

    /** Whether one more may pass now. */
    boolean take() {
        if (allowance < 1) {
            return false;
        }
        allowance--;
        return true;
    }
}
