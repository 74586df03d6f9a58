package dev.millrace.broker.pop;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages that were taken together and are not all settled.
 *
 * <p>Owner: {@link InFlight}, under its lock; what is final may be read by anybody.
 */
final class Take {
    private final PopEvent.Taken taken;
    /** Breaks ties between takes that are due at the same time. */
    private final long number;

    private final @Nullable Order order;
    private int live;
    private int claimed;
    private long dueMs;

    /** What a take in order knows beside. */
    private record Order(int[] counts, long[] visibleMs) {}

    /** @param before the take in order that this one replaces */
    Take(PopEvent.Taken taken, long number, @Nullable Take before) {
        this.taken = taken;
        this.number = number;
        this.live = taken.distances().length == Integer.SIZE ? -1 : (1 << taken.distances().length) - 1;
        this.dueMs = dueAfter(taken.takenMs(), taken.invisibleMs());
        this.order = taken.isOrdered() ? order(before) : null;
    }

    private static long dueAfter(long sinceMs, long invisibleMs) {
        return sinceMs + Math.max(0, invisibleMs);
    }

    private Order order(@Nullable Take before) {
        int[] counts = new int[size()];
        long[] visibleMs = new long[size()];
        for (int i = 0; i < size(); i++) {
            visibleMs[i] = dueMs;
            int index = before == null ? -1 : before.indexOf(offset(i));
            if (before != null && index >= 0) {
                boolean isSameAttempt =
                        before.isAttempt(taken.attemptId()) || before.taken.takenMs() == taken.takenMs();
                counts[i] = before.count(index) + (isSameAttempt ? 0 : 1);
            }
        }
        return new Order(counts, visibleMs);
    }

    PopEvent.Taken taken() {
        return taken;
    }

    long number() {
        return number;
    }

    int size() {
        return taken.distances().length;
    }

    long offset(int index) {
        return taken.start() + taken.distances()[index];
    }

    /** Index of the message at an offset, -1 without one. */
    int indexOf(long offset) {
        for (int i = 0; i < size(); i++) {
            if (offset(i) == offset) {
                return i;
            }
        }
        return -1;
    }

    boolean isAttempt(@Nullable String attemptId) {
        return attemptId != null && attemptId.equals(taken.attemptId());
    }

    /** How often a message was delivered before; 0 if it is not in order. */
    int count(int index) {
        return order == null ? 0 : order.counts[index];
    }

    /** Bits of the messages that are not settled. */
    int live() {
        return live;
    }

    /** Bits of the messages that are not settled, and nobody is about to settle. */
    int free() {
        return live & ~claimed;
    }

    int liveCount() {
        return Integer.bitCount(live);
    }

    /** When it is due: a time in ms since the epoch. */
    long dueMs() {
        return dueMs;
    }

    /** Only while it is in no sorted set. */
    void setDueMs(long ms) {
        dueMs = ms;
    }

    void claim(int bits) {
        claimed |= bits;
    }

    void release(int bits) {
        claimed &= ~bits;
    }

    void settle(int bits) {
        live &= ~bits;
        claimed &= ~bits;
        moveDue();
    }

    /** In order: hides a message until another time. */
    void renew(int index, long nowMs, long invisibleMs) {
        if (order != null) {
            order.visibleMs[index] = dueAfter(nowMs, invisibleMs);
            claimed &= ~(1 << index);
            moveDue();
        }
    }

    /** In order, the queue is free when the last message is visible again. */
    private void moveDue() {
        if (order == null) {
            return;
        }
        dueMs = 0;
        for (int i = 0; i < size(); i++) {
            if ((live & 1 << i) != 0) {
                dueMs = Math.max(dueMs, order.visibleMs[i]);
            }
        }
    }

    void setCounts(int[] counts) {
        if (order != null) {
            System.arraycopy(counts, 0, order.counts, 0, Math.min(counts.length, order.counts.length));
        }
    }

    /** The first offset that is not settled, or the one behind the last message. */
    long firstLive() {
        return live == 0 ? offset(size() - 1) + 1 : offset(Integer.numberOfTrailingZeros(live));
    }

    /** Events that make it what it is. */
    List<PopEvent> events() {
        List<PopEvent> events = new ArrayList<>();
        events.add(taken);
        int all = size() == Integer.SIZE ? -1 : (1 << size()) - 1;
        if (live != all) {
            events.add(new PopEvent.Settled(taken.queue(), taken.start(), taken.takenMs(), taken.mark(), all & ~live));
        }
        if (order != null) {
            events.add(new PopEvent.Counted(
                    taken.queue(), taken.start(), taken.takenMs(), taken.mark(), order.counts.clone()));
            addVisibleTimes(order, events);
        }
        return events;
    }

    private void addVisibleTimes(Order known, List<PopEvent> events) {
        long usual = dueAfter(taken.takenMs(), taken.invisibleMs());
        for (int i = 0; i < size(); i++) {
            if (known.visibleMs[i] != usual) {
                events.add(new PopEvent.Renewed(
                        taken.queue(),
                        taken.start(),
                        taken.takenMs(),
                        taken.mark(),
                        i,
                        taken.takenMs(),
                        known.visibleMs[i] - taken.takenMs()));
            }
        }
    }
}
