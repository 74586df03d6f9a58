package dev.millrace.broker.transaction;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The half messages whose outcome is not known, as the log tells them, and who is about to settle which.
 *
 * <pre>
 * (send) --&gt; PENDING --claim--&gt; CLAIMED --record in the log--&gt; settled, gone from here
 *               ^                  |
 *               +-----release------+   the append failed
 * </pre>
 *
 * A half that is in the log but was not told yet can be claimed already.
 *
 * <p>Thread-safe: one lock, held for no I/O; a scan of a million halves takes some milliseconds.
 */
final class PendingHalves {
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private HalfArrays halves = new HalfArrays();

    /** Positions that a settlement under way is for; bounded by the appends in flight. */
    @GuardedBy("lock")
    private final Set<Long> claims = new HashSet<>();

    @GuardedBy("lock")
    private long reached;

    @GuardedBy("lock")
    private long nextHalfOffset;

    @GuardedBy("lock")
    private long nextOpOffset;

    /** No half is due before it. */
    @GuardedBy("lock")
    private long earliestDueMs = Long.MAX_VALUE;

    private volatile int count;
    private volatile long firstPosition = Long.MAX_VALUE;
    private final AtomicLong changes = new AtomicLong();

    /** When halves are asked about or given up. */
    record DueRule(long nowMs, int countMax, int checkMax, long ageMaxMs, long retryMs) {
        boolean isOver(int checkCount, long sinceMs) {
            return checkCount >= checkMax || nowMs - sinceMs >= ageMaxMs;
        }
    }

    /**
     * Everything here, to be saved.
     *
     * @param reached every record of the log before this position is in it
     */
    record Content(long reached, long nextHalfOffset, long nextOpOffset, List<Half> halves) {}

    int count() {
        return count;
    }

    /** Position of the first pending half, {@code Long.MAX_VALUE} without one. */
    long firstPosition() {
        return firstPosition;
    }

    /** Grows with each change that is worth saving. */
    long changes() {
        return changes.get();
    }

    void add(Half half) {
        lock.lock();
        try {
            if (halves.add(half)) {
                nextHalfOffset = half.queueOffset() + 1;
                earliestDueMs = Math.min(earliestDueMs, half.nextCheckMs());
                changed();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The log holds the outcome of the half at this position. */
    void settled(long position) {
        lock.lock();
        try {
            remove(halves.indexOfPosition(position));
            claims.remove(position);
        } finally {
            lock.unlock();
        }
    }

    /** The log holds the outcome of the half at this offset of its queue. */
    void settledQueueOffset(long queueOffset) {
        lock.lock();
        try {
            int index = halves.indexOfQueueOffset(queueOffset);
            if (index >= 0) {
                claims.remove(halves.position(index));
                remove(index);
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void remove(int index) {
        if (index >= 0) {
            halves.remove(index);
            changed();
        }
    }

    @GuardedBy("lock")
    private void changed() {
        count = halves.liveCount();
        firstPosition = count == 0 ? Long.MAX_VALUE : halves.position(halves.first());
        changes.incrementAndGet();
    }

    void opSeen(long queueOffset) {
        lock.lock();
        try {
            nextOpOffset = queueOffset + 1;
        } finally {
            lock.unlock();
        }
    }

    /** Every half before this position was added. */
    void reached(long position) {
        lock.lock();
        try {
            reached = position;
        } finally {
            lock.unlock();
        }
    }

    /** Reserves the settlement of a half; false if it is settled already or somebody else is about to. */
    boolean claim(long position) {
        lock.lock();
        try {
            boolean isYetToCome = position >= reached && position > halves.lastPosition();
            boolean isPending = isYetToCome || halves.indexOfPosition(position) >= 0;
            return isPending && claims.add(position);
        } finally {
            lock.unlock();
        }
    }

    /** The settlement failed; the half stays pending. */
    void release(long position) {
        lock.lock();
        try {
            claims.remove(position);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Halves to ask about or to give up, in order, at most {@code countMax}. Those of groups without a member are put off
     * without counting, unless they are over.
     */
    List<Half> takeDue(DueRule rule, Predicate<String> isReachable) {
        lock.lock();
        try {
            return rule.nowMs < earliestDueMs ? List.of() : findDue(rule, reachable(isReachable));
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean[] reachable(Predicate<String> isReachable) {
        GroupIds groups = halves.groups();
        boolean[] reachable = new boolean[groups.end()];
        for (int id = 0; id < reachable.length; id++) {
            reachable[id] = groups.isUsed(id) && isReachable.test(groups.name(id));
        }
        return reachable;
    }

    @GuardedBy("lock")
    private List<Half> findDue(DueRule rule, boolean[] reachable) {
        List<Half> due = new ArrayList<>();
        long earliest = Long.MAX_VALUE;
        for (int i = halves.first(); i < halves.end(); i++) {
            if (!halves.isLive(i)) {
                continue;
            }
            if (halves.nextCheckMs(i) <= rule.nowMs) {
                takeOrPutOff(i, rule, reachable, due);
            }
            earliest = Math.min(earliest, halves.nextCheckMs(i));
        }
        earliestDueMs = earliest;
        return due;
    }

    @GuardedBy("lock")
    private void takeOrPutOff(int index, DueRule rule, boolean[] reachable, List<Half> due) {
        boolean isOver = rule.isOver(halves.checkCount(index), halves.sinceMs(index));
        if (!isOver && !reachable[halves.groupId(index)]) {
            halves.schedule(index, halves.checkCount(index), rule.nowMs + rule.retryMs);
        } else if (due.size() < rule.countMax && !claims.contains(halves.position(index))) {
            due.add(halves.get(index));
        }
    }

    /** Sets when a half is due again, and how often it was asked about. */
    void schedule(long position, int checkCount, long nextCheckMs) {
        lock.lock();
        try {
            int index = halves.indexOfPosition(position);
            if (index >= 0) {
                halves.schedule(index, checkCount, nextCheckMs);
                earliestDueMs = Math.min(earliestDueMs, nextCheckMs);
                changes.incrementAndGet();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The first pending halves before a position of the log. */
    List<Half> before(long position, int countMax) {
        lock.lock();
        try {
            List<Half> found = new ArrayList<>();
            for (int i = halves.first(); i < halves.end() && halves.position(i) < position; i++) {
                if (halves.isLive(i) && found.size() < countMax) {
                    found.add(halves.get(i));
                }
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets halves before a queue offset: who served this folder before us has dealt with them. */
    int forgetBefore(long queueOffset) {
        lock.lock();
        try {
            int forgotten = 0;
            for (int i = halves.first(); i < halves.end(); i++) {
                if (halves.isLive(i) && halves.get(i).queueOffset() < queueOffset) {
                    remove(i);
                    forgotten++;
                }
            }
            return forgotten;
        } finally {
            lock.unlock();
        }
    }

    Content content() {
        lock.lock();
        try {
            List<Half> all = new ArrayList<>(halves.liveCount());
            for (int i = halves.first(); i < halves.end(); i++) {
                if (halves.isLive(i)) {
                    all.add(halves.get(i));
                }
            }
            return new Content(reached, nextHalfOffset, nextOpOffset, all);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets everything. */
    void clear() {
        lock.lock();
        try {
            halves = new HalfArrays();
            claims.clear();
            nextHalfOffset = 0;
            nextOpOffset = 0;
            changed();
        } finally {
            lock.unlock();
        }
    }

    /** Starts with what was saved. */
    void restore(Content content) {
        lock.lock();
        try {
            content.halves().forEach(this::add);
            reached = content.reached;
            nextHalfOffset = content.nextHalfOffset;
            nextOpOffset = content.nextOpOffset;
        } finally {
            lock.unlock();
        }
    }
}
