package dev.millrace.client.idempotent;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims messages, calls the listener with those that are ours, and marks them. Messages whose mark can't be written stay
 * leased until it can, or until the lease is over.
 *
 * <p>Thread-safe: all state is in the store, in counters, and in each call's own lists. {@code // hot path}
 */
final class Guard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
    private static final long PAUSE_MS_MIN = 10;
    private static final long PAUSE_MS_MAX = 500;
    private static final Duration HELD_AGAIN_MIN = Duration.ofMillis(100);
    private static final Duration HELD_AGAIN_MAX = Duration.ofSeconds(1);
    private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final IdempotenceStore store;
    private final IdempotenceSettings settings;
    private final LongSupplier nanos;
    private final LeaseKeeper keeper;
    private final Counters counters;
    private final Runnable endRenewal;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicLong loggedAtNanos;

    /** Handles messages that are claimed; an empty list of leases means that nothing protects them. */
    @FunctionalInterface
    interface Work {
        ConsumeResult handle(List<ReceivedMessage> messages, List<Lease> leases) throws Exception;
    }

    Guard(
            IdempotenceStore store,
            IdempotenceSettings settings,
            LongSupplier nanos,
            LeaseKeeper keeper,
            Counters counters,
            Runnable endRenewal) {
        this.store = store;
        this.settings = settings;
        this.nanos = nanos;
        this.keeper = keeper;
        this.counters = counters;
        this.endRenewal = endRenewal;
        this.loggedAtNanos = new AtomicLong(nanos.getAsLong() - LOG_EVERY_NANOS);
    }

    IdempotenceCounts counts() {
        return counters.snapshot();
    }

    /** Of messages with the same identity only the first is handled; the others share its result. */
    ConsumeResult consume(List<ReceivedMessage> messages, Work work) throws Exception {
        Map<StoreKey, ReceivedMessage> byKey = new LinkedHashMap<>();
        List<StoreKey> keys = new ArrayList<>(messages.size());
        for (ReceivedMessage message : messages) {
            StoreKey key = StoreKey.of(settings.scope(), settings.identity().of(message));
            keys.add(key);
            byKey.putIfAbsent(key, message);
        }
        int repeated = messages.size() - byKey.size();
        Claims claims = new Claims(byKey);
        try {
            claimOrWait(claims);
        } catch (IdempotenceException e) {
            withoutStore(claims, work, e);
            return claims.result(keys);
        }
        counters.add(Counters.Kind.DUPLICATE, claims.doneCount + repeated);
        counters.add(Counters.Kind.HELD, claims.open.size());
        if (!claims.leases.isEmpty()) {
            handle(claims, work);
        }
        return claims.result(keys);
    }

    /** One call's messages; {@code open} are those that nobody could be sure of yet. */
    private static final class Claims {
        private final Map<StoreKey, ReceivedMessage> open;
        private final List<ReceivedMessage> messages = new ArrayList<>();
        private final List<Lease> leases = new ArrayList<>();
        /** Of those that did not succeed. */
        private final Map<StoreKey, ConsumeResult> results = new HashMap<>();

        private int doneCount;

        Claims(Map<StoreKey, ReceivedMessage> open) {
            this.open = open;
        }

        /** One for all, unless they differ. */
        ConsumeResult result(List<StoreKey> keys) {
            List<ConsumeResult> all = keys.stream()
                    .map(key -> results.getOrDefault(key, ConsumeResult.SUCCESS))
                    .toList();
            ConsumeResult first = all.get(0);
            return all.stream().allMatch(first::equals) ? first : ConsumeResult.each(all);
        }
    }

    /** Claims until nothing is held by others, or the time is over; work that is claimed already does not wait. */
    private void claimOrWait(Claims claims) {
        long since = nanos.getAsLong();
        long pauseMs = PAUSE_MS_MIN;
        while (true) {
            try {
                claim(claims);
                if (claims.open.isEmpty() || !claims.leases.isEmpty() || !pause(since, pauseMs)) {
                    return;
                }
            } catch (IdempotenceException e) {
                counters.add(Counters.Kind.STORE_FAILURE, 1);
                if (!pause(since, pauseMs)) {
                    throw e;
                }
            }
            pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2);
        }
    }

    private void claim(Claims claims) {
        List<StoreKey> keys = List.copyOf(claims.open.keySet());
        long askedAt = nanos.getAsLong();
        List<ClaimOutcome> outcomes = store.claimAll(keys, settings.lease());
        for (int i = 0; i < keys.size(); i++) {
            ClaimOutcome outcome = outcomes.get(i);
            if (outcome instanceof ClaimOutcome.Claimed claimed) {
                claims.messages.add(claims.open.remove(keys.get(i)));
                claims.results.remove(keys.get(i));
                claims.leases.add(new Lease(claimed.claim(), settings.lease().toNanos(), nanos, askedAt));
            } else if (outcome instanceof ClaimOutcome.Done) {
                claims.open.remove(keys.get(i));
                claims.results.remove(keys.get(i));
                claims.doneCount++;
            } else if (outcome instanceof ClaimOutcome.Held held) {
                claims.results.put(keys.get(i), later(held.leaseLeft()));
            }
        }
    }

    /** Another works on it: no attempt of this message, and worth another look soon. */
    private static ConsumeResult later(Duration leaseLeft) {
        boolean isSoon = leaseLeft.compareTo(HELD_AGAIN_MIN) > 0 && leaseLeft.compareTo(HELD_AGAIN_MAX) < 0;
        return ConsumeResult.later(isSoon ? leaseLeft : HELD_AGAIN_MAX);
    }

    /** Waits a little; false if the time is over or the listener closes. */
    private boolean pause(long sinceNanos, long pauseMs) {
        long leftMs = settings.waitMax().toMillis() - TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - sinceNanos);
        return leftMs > 0 && !awaitClose(Math.min(leftMs, pauseMs));
    }

    private boolean awaitClose(long ms) {
        try {
            return closed.await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void withoutStore(Claims claims, Work work, IdempotenceException e) throws Exception {
        int count = claims.open.size();
        boolean isGoingOn = settings.whenStoreFails() == WhenStoreFails.GO_ON;
        counters.add(isGoingOn ? Counters.Kind.UNPROTECTED : Counters.Kind.REFUSED, count);
        warn(
                isGoingOn ? "store fails; messages are handled without protection" : "store fails; messages come later",
                e);
        ConsumeResult result =
                isGoingOn ? work.handle(List.copyOf(claims.open.values()), List.of()) : ConsumeResult.RETRY;
        List<ConsumeResult> each = each(result, count);
        int i = 0;
        for (StoreKey key : claims.open.keySet()) {
            claims.results.put(key, each.get(i++));
        }
    }

    private static List<ConsumeResult> each(@Nullable ConsumeResult result, int count) {
        if (result == null) {
            throw new IdempotenceException("a listener gave null for " + count + " messages; give a result");
        }
        return result.forMessages(count);
    }

    /** Handles what is claimed; gives back what did not succeed. */
    private void handle(Claims claims, Work work) throws Exception {
        List<Lease> failed = new ArrayList<>(claims.leases);
        keeper.add(claims.leases);
        try {
            List<ConsumeResult> each = each(work.handle(claims.messages, claims.leases), claims.leases.size());
            List<Lease> handled = new ArrayList<>();
            for (int i = 0; i < each.size(); i++) {
                Lease lease = claims.leases.get(i);
                if (each.get(i) == ConsumeResult.SUCCESS) {
                    handled.add(lease);
                } else {
                    claims.results.put(lease.claim().key(), each.get(i));
                }
            }
            failed.removeAll(handled);
            complete(claims, handled);
        } finally {
            keeper.remove(claims.leases);
            release(failed);
        }
    }

    /**
     * Marks them, again and again while the store fails, for as long as a lease lasts. After that they count as handled
     * all the same: to deliver them again would repeat the effect for sure.
     */
    private void complete(Claims claims, List<Lease> handled) {
        if (handled.isEmpty()) {
            return;
        }
        List<Claim> done = handled.stream().map(Lease::claim).toList();
        long since = nanos.getAsLong();
        long pauseMs = PAUSE_MS_MIN;
        while (true) {
            try {
                note(claims, done, store.completeAll(done, settings.retention()));
                return;
            } catch (IdempotenceException e) {
                counters.add(Counters.Kind.STORE_FAILURE, 1);
                boolean isOver = nanos.getAsLong() - since > settings.lease().toNanos();
                if (isOver || awaitClose(pauseMs)) {
                    counters.add(Counters.Kind.UNMARKED, done.size());
                    warn("store fails; messages are handled but not marked, a later duplicate is handled too", e);
                    return;
                }
                pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2);
            }
        }
    }

    private void note(Claims claims, List<Claim> done, List<Boolean> marked) {
        int count = 0;
        for (int i = 0; i < done.size(); i++) {
            if (marked.get(i)) {
                count++;
            } else {
                claims.results.put(done.get(i).key(), ConsumeResult.RETRY);
            }
        }
        counters.add(Counters.Kind.COMPLETED, count);
        counters.add(Counters.Kind.LOST, done.size() - count);
        if (count < done.size()) {
            warn("another consumer took over messages that were handled here; their effect may have happened twice");
        }
    }

    private void release(List<Lease> leases) {
        if (leases.isEmpty()) {
            return;
        }
        counters.add(Counters.Kind.FAILED, leases.size());
        try {
            leases.forEach(lease -> store.release(lease.claim()));
        } catch (IdempotenceException e) {
            counters.add(Counters.Kind.STORE_FAILURE, 1);
            LOG.atDebug().addKeyValue("error", e.getMessage()).log("claim not given back; its lease ends by itself");
        }
    }

    private void warn(String sentence, IdempotenceException e) {
        if (isTimeToLog()) {
            LOG.atWarn()
                    .addKeyValue("consumerGroup", settings.scope())
                    .addKeyValue("error", e.getMessage())
                    .log(sentence);
        }
    }

    private void warn(String sentence) {
        if (isTimeToLog()) {
            LOG.atWarn().addKeyValue("consumerGroup", settings.scope()).log(sentence);
        }
    }

    private boolean isTimeToLog() {
        long last = loggedAtNanos.get();
        long now = nanos.getAsLong();
        return now - last >= LOG_EVERY_NANOS && loggedAtNanos.compareAndSet(last, now);
    }

    @Override
    public void close() {
        closed.countDown();
        endRenewal.run();
    }
}
