package dev.millrace.client.internal.send;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.ProducerSettings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The messages of a producer that wait for their answer: how many bytes they may take, and when the last one has gone.
 * Thread-safe: counters; the lock is only for those who wait. {@code // hot path}
 */
final class UnderWay {
    private static final long RECHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String group;
    private final long bytesMax;
    private final long waitMaxNanos;
    private final BooleanSupplier isClientThread;
    private final AtomicLong bytes = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition less = lock.newCondition();

    private final AtomicInteger waiting = new AtomicInteger();

    private volatile boolean isClosed;

    /** @param isClientThread whether the calling thread must not wait */
    UnderWay(ProducerSettings settings, BooleanSupplier isClientThread) {
        this.group = settings.group();
        this.bytesMax = settings.bufferBytesMax();
        this.waitMaxNanos = settings.bufferWaitMax().toNanos();
        this.isClientThread = isClientThread;
    }

    boolean isClosed() {
        return isClosed;
    }

    /**
     * Takes room, and waits for it unless on a client thread. One message larger than the whole buffer gets through
     * alone.
     *
     * @throws ClientException if there was no room in time, or the producer is closed
     */
    void begin(int count) {
        if (isClosed) {
            throw new ClientException(ErrorCode.CLOSED, "producer " + group + " is closed");
        }
        long after = bytes.addAndGet(count);
        if (after > bytesMax && after > count) {
            bytes.addAndGet(-count);
            boolean mayWait = !isClientThread.getAsBoolean();
            if (!await(() -> tryBegin(count), mayWait ? waitMaxNanos : 0)) {
                throw new ClientException(
                        ErrorCode.BUFFER_FULL,
                        bytes.get() + " of " + bytesMax + " bytes of messages wait for their answer, " + count
                                + " more found no room within "
                                + (mayWait ? TimeUnit.NANOSECONDS.toMillis(waitMaxNanos) : 0) + " ms");
            }
        }
    }

    private boolean tryBegin(int count) {
        long after = bytes.addAndGet(count);
        if (after > bytesMax && after > count) {
            bytes.addAndGet(-count);
            return false;
        }
        return true;
    }

    /** Gives room back: messages have their results. */
    void end(long count) {
        long after = bytes.addAndGet(-count);
        if (after < 0) {
            throw new AssertionError("gave back " + count + " bytes, now " + after + " are in use");
        }
        if (waiting.get() > 0 && (after < bytesMax / 2 || after == 0)) {
            lock.lock();
            try {
                less.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Refuses more; waits until what is under way has its results. */
    void close(long timeoutNanos) {
        isClosed = true;
        await(() -> bytes.get() == 0, timeoutNanos);
    }

    private boolean await(BooleanSupplier condition, long timeoutNanos) {
        lock.lock();
        waiting.incrementAndGet();
        try {
            long left = timeoutNanos;
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                long slice = Math.min(left, RECHECK_NANOS);
                left -= slice - Math.max(0, less.awaitNanos(slice));
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientException(ErrorCode.INTERRUPTED, "interrupted while waiting for room to send", e);
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }
}
