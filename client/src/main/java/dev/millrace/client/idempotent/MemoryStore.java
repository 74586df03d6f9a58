package dev.millrace.client.idempotent;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A store for one process and for tests: forgets everything when the process ends. When it is full it forgets what was done
 * longest ago, and refuses claims if nothing is done.
 *
 * <p>Thread-safe: one lock guards the map.
 */
public final class MemoryStore implements IdempotenceStore {
    private final int countMax;
    private final LongSupplier nanos;
    /** Oldest change first. */
    private final Map<StoreKey, Entry> entries = new LinkedHashMap<>();

    private long lastToken;

    private record Entry(long fencingToken, boolean isDone, long untilNanos) {
        boolean isOver(long nowNanos) {
            return untilNanos - nowNanos <= 0;
        }
    }

    MemoryStore(int countMax, LongSupplier nanos) {
        this.countMax = countMax;
        this.nanos = nanos;
    }

    /** @param countMax messages remembered, about 200 bytes each */
    public static MemoryStore ofSize(int countMax) {
        if (countMax < 1) {
            throw new IdempotenceException("a store for " + countMax + " messages holds none; give 1 or more");
        }
        return new MemoryStore(countMax, IdempotenceWiring.nanos());
    }

    @Override
    public synchronized ClaimOutcome claim(StoreKey key, Duration lease) {
        long now = nanos.getAsLong();
        Entry entry = entries.get(key);
        if (entry != null && !entry.isOver(now)) {
            return entry.isDone()
                    ? new ClaimOutcome.Done()
                    : new ClaimOutcome.Held(Duration.ofNanos(entry.untilNanos() - now));
        }
        makeRoom(now);
        put(key, new Entry(++lastToken, false, now + lease.toNanos()));
        return new ClaimOutcome.Claimed(new Claim(key, lastToken));
    }

    private void put(StoreKey key, Entry entry) {
        entries.remove(key);
        entries.put(key, entry);
    }

    private void makeRoom(long now) {
        if (entries.size() < countMax) {
            return;
        }
        Iterator<Entry> all = entries.values().iterator();
        while (all.hasNext()) {
            Entry oldest = all.next();
            if (oldest.isDone() || oldest.isOver(now)) {
                all.remove();
                return;
            }
        }
        throw new IdempotenceException(
                "all " + countMax + " entries of the store are leased; make it larger or use fewer threads");
    }

    private boolean isAnothers(Claim claim) {
        Entry entry = entries.get(claim.key());
        return entry != null && entry.fencingToken() != claim.fencingToken();
    }

    @Override
    public synchronized boolean renew(Claim claim, Duration lease) {
        Entry entry = entries.get(claim.key());
        if (isAnothers(claim) || entry != null && entry.isDone()) {
            return false;
        }
        put(claim.key(), new Entry(claim.fencingToken(), false, nanos.getAsLong() + lease.toNanos()));
        return true;
    }

    @Override
    public synchronized boolean complete(Claim claim, Duration retention) {
        if (isAnothers(claim)) {
            return false;
        }
        put(claim.key(), new Entry(claim.fencingToken(), true, nanos.getAsLong() + retention.toNanos()));
        return true;
    }

    @Override
    public synchronized void release(Claim claim) {
        Entry entry = entries.get(claim.key());
        if (entry != null && !entry.isDone() && !isAnothers(claim)) {
            // With the next token and over, so that a renewal that comes late finds another's.
            put(claim.key(), new Entry(++lastToken, false, nanos.getAsLong()));
        }
    }

    /** Looks at the {@code 2 * forgetMax} records that were written longest ago. */
    @Override
    public synchronized int forgetExpired(int forgetMax) {
        long now = nanos.getAsLong();
        long looksLeft = 2L * forgetMax;
        int count = 0;
        Iterator<Entry> all = entries.values().iterator();
        while (all.hasNext() && count < forgetMax && looksLeft-- > 0) {
            if (all.next().isOver(now)) {
                all.remove();
                count++;
            }
        }
        return count;
    }

    synchronized int size() {
        return entries.size();
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
