package dev.millrace.broker.role;

import java.util.Optional;

/**
 * The right to acknowledge alone: taken, renewed, and used only while it cannot have ended. After it was taken the record is
 * read, and it counts once that shows this master's own last write: who held it in between may have written.
 *
 * <p>Owner: role thread.
 */
final class Lease {
    private static final long TRY_AGAIN_MS = 500;

    private final Outbox outbox;
    private final Checks checks;

    private boolean isWanted;
    private long askId;
    private long askedAtMs = Long.MIN_VALUE / 2;
    private boolean isHeld;
    private long askedTermMs;
    /** Nobody else can have it before this. */
    private long endMs;

    private long readId;
    private Optional<String> readNonce = Optional.empty();

    Lease(Outbox outbox, Checks checks) {
        this.outbox = outbox;
        this.checks = checks;
    }

    void want(boolean wanted) {
        if (isWanted && !wanted) {
            outbox.add(new Effect.ReleaseLease());
            // What was asked before says nothing of what comes after.
            askId = 0;
            forget();
        }
        isWanted = wanted;
    }

    void tick(long nowMs, GroupSpec.Timers timers) {
        if (isHeld && nowMs >= endMs) {
            forget();
        }
        long pauseMs = isHeld ? timers.renewSeconds() * 1_000L : TRY_AGAIN_MS;
        if (isWanted && nowMs - askedAtMs >= pauseMs) {
            askId = outbox.nextId();
            askedAtMs = nowMs;
            // Less than what the store is told, and of the timers of this moment: those of another moment are not its.
            askedTermMs = (timers.leaseSeconds() - timers.renewSeconds()) * 1_000L;
            outbox.add(new Effect.RenewLease(askId, timers.leaseSeconds()));
        }
    }

    void done(Event.LeaseDone done, long nowMs) {
        if (done.leaseId() != askId || !isWanted) {
            return;
        }
        if (!done.isHeld()) {
            forget();
            return;
        }
        isHeld = true;
        // It began when it was asked for at the earliest, and is counted from there.
        endMs = askedAtMs + askedTermMs;
        if (nowMs >= endMs) {
            forget();
            return;
        }
        recordChanged();
    }

    /** The holder wrote the record: it is read again. */
    void recordChanged() {
        if (isHeld) {
            readId = outbox.nextId();
            outbox.add(new Effect.ReadRecord(readId));
        }
    }

    void seen(Event.RecordSeen seen) {
        if (isHeld && seen.readId() == readId) {
            readNonce = seen.state().record().map(GroupRecord::nonce);
        }
    }

    boolean isHeld(long nowMs) {
        return isHeld && nowMs < endMs;
    }

    /** Whether this master may acknowledge alone now. */
    boolean covers(GroupRecord own, long nowMs) {
        boolean isRead = readNonce.filter(own.nonce()::equals).isPresent() || !checks.isReadAfterLease();
        return isHeld(nowMs) && isRead;
    }

    private void forget() {
        isHeld = false;
        readId = 0;
        readNonce = Optional.empty();
    }
}
