package dev.millrace.broker.transaction;

import java.util.Arrays;

/**
 * Pending halves in the order of the log, as arrays: 38 bytes each, at most three times that while they grow. Removed ones
 * stay marked until they outnumber the others.
 *
 * <p>Owner: the lock of {@link PendingHalves}.
 */
final class HalfArrays {
    private static final int CAPACITY_MIN = 64;
    private static final short REMOVED = -1;

    private final GroupIds groups = new GroupIds();
    private long[] positions = new long[CAPACITY_MIN];
    private long[] queueOffsets = new long[CAPACITY_MIN];
    private long[] sinceMs = new long[CAPACITY_MIN];
    private long[] nextCheckMs = new long[CAPACITY_MIN];
    private short[] checkCounts = new short[CAPACITY_MIN];
    private int[] groupIds = new int[CAPACITY_MIN];
    private int first;
    private int end;
    private int live;
    private long lastPosition = -1;
    private long lastQueueOffset = -1;

    int liveCount() {
        return live;
    }

    /** Position of the last half that was added, -1 before the first. */
    long lastPosition() {
        return lastPosition;
    }

    /** Index of the first half, {@link #end} if there is none. */
    int first() {
        return first;
    }

    int end() {
        return end;
    }

    boolean isLive(int index) {
        return checkCounts[index] != REMOVED;
    }

    long position(int index) {
        return positions[index];
    }

    long nextCheckMs(int index) {
        return nextCheckMs[index];
    }

    long sinceMs(int index) {
        return sinceMs[index];
    }

    int checkCount(int index) {
        return checkCounts[index];
    }

    int groupId(int index) {
        return groupIds[index];
    }

    GroupIds groups() {
        return groups;
    }

    Half get(int index) {
        return new Half(
                positions[index],
                queueOffsets[index],
                sinceMs[index],
                nextCheckMs[index],
                checkCounts[index],
                groups.name(groupIds[index]));
    }

    void schedule(int index, int checkCount, long newNextCheckMs) {
        checkCounts[index] = (short) Math.min(checkCount, Short.MAX_VALUE);
        nextCheckMs[index] = newNextCheckMs;
    }

    /** Adds a half behind the last; one that is not behind it in the log is known already. */
    boolean add(Half half) {
        if (half.position() <= lastPosition) {
            return false;
        }
        if (half.queueOffset() <= lastQueueOffset) {
            removeAll();
        }
        lastPosition = half.position();
        lastQueueOffset = half.queueOffset();
        makeRoom();
        positions[end] = half.position();
        queueOffsets[end] = half.queueOffset();
        sinceMs[end] = half.sinceMs();
        nextCheckMs[end] = half.nextCheckMs();
        checkCounts[end] = (short) Math.clamp(half.checkCount(), 0, Short.MAX_VALUE);
        groupIds[end] = groups.acquire(half.group());
        end++;
        live++;
        return true;
    }

    void remove(int index) {
        checkCounts[index] = REMOVED;
        groups.release(groupIds[index]);
        live--;
        while (first < end && checkCounts[first] == REMOVED) {
            first++;
        }
    }

    /** The half topic began anew. */
    private void removeAll() {
        for (int i = first; i < end; i++) {
            if (isLive(i)) {
                remove(i);
            }
        }
        first = 0;
        end = 0;
    }

    /** Index of the half at a position of the log, or -1. */
    int indexOfPosition(long position) {
        return indexOf(positions, position);
    }

    /** Index of the half at a queue offset, or -1. */
    int indexOfQueueOffset(long queueOffset) {
        return indexOf(queueOffsets, queueOffset);
    }

    private int indexOf(long[] keys, long key) {
        int found = Arrays.binarySearch(keys, first, end, key);
        return found >= 0 && isLive(found) ? found : -1;
    }

    private void makeRoom() {
        if (end < positions.length) {
            return;
        }
        if (live <= end / 2) {
            compact();
            return;
        }
        int capacity = Math.addExact(end, end / 2);
        positions = Arrays.copyOf(positions, capacity);
        queueOffsets = Arrays.copyOf(queueOffsets, capacity);
        sinceMs = Arrays.copyOf(sinceMs, capacity);
        nextCheckMs = Arrays.copyOf(nextCheckMs, capacity);
        checkCounts = Arrays.copyOf(checkCounts, capacity);
        groupIds = Arrays.copyOf(groupIds, capacity);
    }

    private void compact() {
        int to = 0;
        for (int from = first; from < end; from++) {
            if (isLive(from)) {
                positions[to] = positions[from];
                queueOffsets[to] = queueOffsets[from];
                sinceMs[to] = sinceMs[from];
                nextCheckMs[to] = nextCheckMs[from];
                checkCounts[to] = checkCounts[from];
                groupIds[to] = groupIds[from];
                to++;
            }
        }
        first = 0;
        end = to;
    }
}
