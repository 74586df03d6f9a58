package dev.millrace.protocol.transport;

import dev.millrace.protocol.codec.HeaderFields;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests of one connection that wait for their answer, in a ring found by {@code opaque}.
 *
 * <p>Thread-safe: a slot is taken and freed by compare-and-swap; {@link #failExpired} and {@link #heard} belong to the
 * event loop. Bounded by
 * the ring's size.
 */
final class PendingRequests {
    /** A peer that lets requests run out and says nothing for so long is taken for dead. */
    static final long DEAF_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final AtomicReferenceArray<@Nullable Pending<?>> ring;
    private final AtomicInteger nextOpaque;
    private final AtomicInteger count = new AtomicInteger();
    private final LongSupplier nanoTime;
    private final String peer;
    private boolean isHeard;
    private long heardNanos;
    /** Whether a request ran out since the peer was heard, and when the earliest of these began. */
    private boolean isUnheard;

    private long unheardNanos;

    /** @param slots a power of two */
    PendingRequests(int slots, LongSupplier nanoTime, String peer) {
        this(slots, nanoTime, peer, 0);
    }

    /** @param lastOpaque the number before the first that is given */
    PendingRequests(int slots, LongSupplier nanoTime, String peer, int lastOpaque) {
        this.nextOpaque = new AtomicInteger(lastOpaque);
        this.ring = new AtomicReferenceArray<>(slots);
        this.nanoTime = nanoTime;
        this.peer = peer;
        this.heardNanos = nanoTime.getAsLong();
    }

    private record Pending<T>(
            int opaque, long startNanos, long timeoutNanos, ReplyReader<T> reader, CompletableFuture<T> future) {
        void complete(HeaderFields fields, ByteBuffer body) {
            T value;
            try {
                value = reader.read(fields, body);
            } catch (RuntimeException | AssertionError e) {
                future.completeExceptionally(e);
                return;
            }
            future.complete(value);
        }
    }

    /** Takes a slot and gives its opaque number; fails the future and gives 0 if none is free. Numbers are never 0. */
    <T> int add(long timeoutNanos, ReplyReader<T> reader, CompletableFuture<T> future) {
        int probesMax = count.get() < ring.length() ? ring.length() : 0;
        for (int probe = 0; probe < probesMax; probe++) {
            int opaque = nextOpaque.incrementAndGet();
            if (opaque == 0) {
                continue;
            }
            Pending<T> pending = new Pending<>(opaque, nanoTime.getAsLong(), timeoutNanos, reader, future);
            if (ring.compareAndSet(slot(opaque), null, pending)) {
                count.incrementAndGet();
                return opaque;
            }
        }
        future.completeExceptionally(new TransportException(
                count.get() + " requests to " + peer + " wait for an answer already; wait, or use more connections",
                false));
        return 0;
    }

    /** Completes the request that this answer belongs to; an answer that came too late is ignored. */
    void complete(HeaderFields fields, ByteBuffer body) {
        Pending<?> pending = ring.get(slot(fields.opaque()));
        if (pending != null && pending.opaque == fields.opaque() && remove(pending)) {
            pending.complete(fields, body);
        }
    }

    /** Something came from the peer. */
    void heard() {
        isHeard = true;
    }

    /**
     * Fails what is over its time.
     *
     * @return whether the peer is deaf: requests have run out, and for {@link #DEAF_NANOS} nothing came from it
     */
    boolean failExpired() {
        long now = nanoTime.getAsLong();
        if (isHeard) {
            isHeard = false;
            heardNanos = now;
            isUnheard = false;
        }
        if (count.get() == 0) {
            return isUnheard && now - unheardNanos >= DEAF_NANOS;
        }
        for (int i = 0; i < ring.length(); i++) {
            Pending<?> pending = ring.get(i);
            if (pending != null && now - pending.startNanos >= pending.timeoutNanos && remove(pending)) {
                if (pending.startNanos - heardNanos > 0 && !(isUnheard && unheardNanos - pending.startNanos <= 0)) {
                    isUnheard = true;
                    unheardNanos = pending.startNanos;
                }
                pending.future.completeExceptionally(new TransportException(
                        "no answer from " + peer + " within " + pending.timeoutNanos / 1_000_000
                                + " ms; it may have acted on the request",
                        true));
            }
        }
        return isUnheard && now - unheardNanos >= DEAF_NANOS;
    }

    void failAll(String reason) {
        for (int i = 0; i < ring.length(); i++) {
            Pending<?> pending = ring.get(i);
            if (pending != null && remove(pending)) {
                pending.future.completeExceptionally(new TransportException(reason, true));
            }
        }
    }

    void fail(int opaque, Throwable fault) {
        Pending<?> pending = ring.get(slot(opaque));
        if (pending != null && pending.opaque == opaque && remove(pending)) {
            pending.future.completeExceptionally(fault);
        }
    }

    private boolean remove(Pending<?> pending) {
        if (ring.compareAndSet(slot(pending.opaque), pending, null)) {
            count.decrementAndGet();
            return true;
        }
        return false;
    }

    private int slot(int opaque) {
        return opaque & ring.length() - 1;
    }
}
