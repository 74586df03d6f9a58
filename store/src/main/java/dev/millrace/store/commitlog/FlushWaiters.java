package dev.millrace.store.commitlog;

import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Requests that are appended and wait until they are committed, in log order: the commit-log thread adds; the flush thread
 * completes, or in a broker group the commit-log thread.
 *
 * <p>Thread-safe for one thread of each kind. Allocates nothing.
 */
// hot path
final class FlushWaiters {
    private final AtomicReferenceArray<@Nullable AppendRequest> slots;
    private final int mask;
    private final AtomicLong added = new AtomicLong();
    private final AtomicLong completed = new AtomicLong();

    /** @param capacity a power of two */
    FlushWaiters(int capacity) {
        slots = new AtomicReferenceArray<>(capacity);
        mask = capacity - 1;
    }

    boolean hasRoom() {
        return added.get() - completed.get() <= mask;
    }

    boolean isEmpty() {
        return added.get() == completed.get();
    }

    void add(AppendRequest request) {
        long number = added.get();
        slots.lazySet((int) number & mask, request);
        added.set(number + 1);
    }

    /** Completes those that end at or before the position; returns how many. */
    int complete(long committedPosition, AppendOutcome outcome) {
        long number = completed.get();
        long end = added.get();
        int count = 0;
        while (number < end) {
            int slot = (int) number & mask;
            AppendRequest request = slots.get(slot);
            if (request == null || request.endPosition() > committedPosition) {
                break;
            }
            slots.lazySet(slot, null);
            completed.lazySet(++number);
            request.complete(outcome);
            count++;
        }
        return count;
    }
}
