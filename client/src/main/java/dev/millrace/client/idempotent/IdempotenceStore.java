package dev.millrace.client.idempotent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Remembers who works on which message and what is done. Thread-safe; shared by any number of listeners.
 *
 * <p>Every call is atomic for its key, waits for the store at most for a time the store is set up with, and throws
 * {@link IdempotenceException} if the store can't be asked. Such a call may have had its effect.
 *
 * <pre>
 *            claim                 complete
 *  (nothing) ─────▶ leased, token ─────────▶ done ──retention over──▶ (nothing)
 *      ▲               │  ▲   │
 *      └───release─────┘  └───┘ renew; claim by another after the lease: next token
 * </pre>
 */
public interface IdempotenceStore extends AutoCloseable {
    /** Takes the key if nobody has it, its lease is over, or its retention is over. */
    ClaimOutcome claim(StoreKey key, Duration lease);

    /**
     * Lets the lease start again, from now. A record that the store lost is written again.
     *
     * @return false if another has claimed the key since, or it is done, or this claim was released: a renewal that comes late
     *     must not take it back
     */
    boolean renew(Claim claim, Duration lease);

    /**
     * Marks it as done, for the retention. May be repeated. A record that the store lost is written again.
     *
     * @return false if another has claimed the key since, or this claim was released
     */
    boolean complete(Claim claim, Duration retention);

    /** Gives the claim back undone, so that the next claim gets it at once; nothing if another has it. */
    void release(Claim claim);

    /** Forgets what is over, {@code countMax} records at most; gives how many. Nothing to do where records expire by themselves. */
    default int forgetExpired(int countMax) {
        return 0;
    }

    /** {@link #claim} for several keys; each is atomic, together they are not. */
    default List<ClaimOutcome> claimAll(List<StoreKey> keys, Duration lease) {
        List<ClaimOutcome> outcomes = new ArrayList<>(keys.size());
        for (StoreKey key : keys) {
            outcomes.add(claim(key, lease));
        }
        return outcomes;
    }

    /** {@link #renew} for several claims. */
    default List<Boolean> renewAll(List<Claim> claims, Duration lease) {
        List<Boolean> renewed = new ArrayList<>(claims.size());
        for (Claim claim : claims) {
            renewed.add(renew(claim, lease));
        }
        return renewed;
    }

    /** {@link #complete} for several claims. */
    default List<Boolean> completeAll(List<Claim> claims, Duration retention) {
        List<Boolean> completed = new ArrayList<>(claims.size());
        for (Claim claim : claims) {
            completed.add(complete(claim, retention));
        }
        return completed;
    }

    /** Closes what the store opened itself. */
    @Override
    void close();
}
