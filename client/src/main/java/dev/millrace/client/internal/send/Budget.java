package dev.millrace.client.internal.send;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Bytes of messages that wait for their answer, bounded. Thread-safe: counters behind one private lock that is held for a
 * few instructions.
 */
final class Budget {
    private final long bytesMax;
    private final long waitMaxNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private long used;
    private int waiting;

    Budget(long bytesMax, long waitMaxNanos) {
        this.bytesMax = bytesMax;
        this.waitMaxNanos = waitMaxNanos;
    }

    /**
     * Takes bytes, and waits for them unless on a client thread. One message larger than the whole budget gets through alone.
     *
     * @throws ClientException if there was no room in time
     */
    void take(int bytes, BooleanSupplier isClientThread) {
        lock.lock();
        try {
            if (used > 0 && used + bytes > bytesMax) {
                awaitRoom(bytes, !isClientThread.getAsBoolean());
            }
            used += bytes;
        } finally {
            lock.unlock();
        }
    }

    private void awaitRoom(int bytes, boolean mayWait) {
        long left = mayWait ? waitMaxNanos : 0;
        waiting++;
        try {
            while (used > 0 && used + bytes > bytesMax) {
                if (left <= 0) {
                    throw new ClientException(
                            ErrorCode.BUFFER_FULL,
                            used + " of " + bytesMax + " bytes of messages wait for their answer, " + bytes
                                    + " more found no room within "
                                    + (mayWait ? TimeUnit.NANOSECONDS.toMillis(waitMaxNanos) : 0) + " ms");
                }
                left = room.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientException(ErrorCode.INTERRUPTED, "interrupted while waiting for room to send", e);
        } finally {
            waiting--;
        }
    }

    void give(long bytes) {
        lock.lock();
        try {
            used -= bytes;
            if (used < 0) {
                throw new AssertionError("gave back " + bytes + " bytes, now " + used + " are in use");
            }
            if (waiting > 0) {
                room.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
