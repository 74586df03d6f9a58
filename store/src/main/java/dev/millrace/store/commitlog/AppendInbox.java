package dev.millrace.store.commitlog;

import dev.millrace.store.AppendRequest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Bounded queue of requests to the commit-log thread: many put, one takes.
 *
 * <p>Thread-safe: a putter claims a number by compare and set and then fills its slot; the taker waits for the slot of
 * the next number. Allocates nothing.
 */
// hot path
public final class AppendInbox {
    private final AtomicReferenceArray<@Nullable AppendRequest> slots;
    private final int mask;
    private final int capacity;
    private final AtomicLong claimed = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();

    /** @param countMax requests that may wait; rounded up to a power of two */
    public AppendInbox(int countMax) {
        capacity = countMax <= 1 ? 1 : Integer.highestOneBit(countMax - 1) << 1;
        mask = capacity - 1;
        slots = new AtomicReferenceArray<>(capacity);
    }

    public int capacity() {
        return capacity;
    }

    /** Any thread: false if the inbox is full. */
    public boolean offer(AppendRequest request) {
        long number = claimed.get();
        while (true) {
            if (number - taken.get() >= capacity) {
                return false;
            }
            if (claimed.compareAndSet(number, number + 1)) {
                slots.set((int) number & mask, request);
                return true;
            }
            number = claimed.get();
        }
    }

    /** Taker: the next request, null if none is ready. */
    public @Nullable AppendRequest poll() {
        long number = taken.get();
        int slot = (int) number & mask;
        AppendRequest request = slots.get(slot);
        if (request != null) {
            slots.lazySet(slot, null);
            taken.lazySet(number + 1);
        }
        return request;
    }

    /** Requests put and not taken, roughly. */
    public int size() {
        return (int) (claimed.get() - taken.get());
    }
}
