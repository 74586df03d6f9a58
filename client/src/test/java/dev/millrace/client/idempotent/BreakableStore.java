package dev.millrace.client.idempotent;

import java.time.Duration;

/** A store that fails while the test wants it to. Thread-safe: one volatile switch. */
final class BreakableStore implements IdempotenceStore {
    private final MemoryStore store;
    private volatile boolean isBroken;

    BreakableStore(MemoryStore store) {
        this.store = store;
    }

    void setBroken(boolean isNowBroken) {
        isBroken = isNowBroken;
    }

    private MemoryStore store() {
        if (isBroken) {
            throw new IdempotenceException("store is broken; mend it");
        }
        return store;
    }

    @Override
    public ClaimOutcome claim(StoreKey key, Duration lease) {
        return store().claim(key, lease);
    }

    @Override
    public boolean renew(Claim claim, Duration lease) {
        return store().renew(claim, lease);
    }

    @Override
    public boolean complete(Claim claim, Duration retention) {
        return store().complete(claim, retention);
    }

    @Override
    public void release(Claim claim) {
        store().release(claim);
    }

    @Override
    public void close() {
        store.close();
    }
}
