package dev.millrace.client.internal.consume;

import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.pull.QueueReader;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One queue that this member reads: what arrived and is not done, in order, and how far the group is.
 *
 * <p>Thread-safe: arrivals and offsets are guarded by the object itself; listeners and readers are called without it.
 */
final class QueueWork implements QueueReader.Sink {
    /** Done arrivals behind one that is stuck, and the stuck one. */
    private static final int ARRIVALS_MAX = 64;

    private static final int IDLE_WAITS_MAX = 100;
    private static final long IDLE_WAIT_MS = 100;

    /** A run of messages that failed {@code attempts} times. */
    record Retry(Arrival arrival, int from, int to, int attempts) {}

    private final GroupConsumer consumer;
    private final TopicQueue queue;
    private final ArrayDeque<Arrival> arrivals = new ArrayDeque<>();
    private long doneOffset;
    private long storedOffset;
    private int undoneCount;
    private boolean isRunning;
    private @Nullable Retry retry;
    private volatile boolean isDropped;
    private volatile long lockedUntilNanos;
    private volatile @Nullable QueueReader reader;

    QueueWork(GroupConsumer consumer, TopicQueue queue, long startOffset) {
        this.consumer = consumer;
        this.queue = queue;
        this.doneOffset = startOffset;
        this.storedOffset = -1; // who takes over before anything came must start here, too
    }

    TopicQueue queue() {
        return queue;
    }

    void start(QueueReader newReader) {
        reader = newReader;
        newReader.start(doneOffset);
    }

    /** Gives the queue up; what is not done yet is for another member. */
    void drop() {
        isDropped = true;
        QueueReader current = reader;
        if (current != null) {
            current.stop();
        }
    }

    boolean isDropped() {
        return isDropped;
    }

    @Override
    public boolean arrived(
            QueueReader from, long generation, List<ReceivedMessage> messages, int bytes, long nextOffset) {
        Arrival arrival = null;
        boolean isFull;
        synchronized (this) {
            if (isDropped || !from.isCurrent(generation)) {
                return false; // nobody would free the room again
            }
            if (messages.isEmpty()) {
                Arrival last = arrivals.peekLast();
                if (last == null) {
                    doneOffset = nextOffset;
                } else {
                    last.extend(nextOffset);
                }
            } else {
                arrival = new Arrival(this, messages, bytes, nextOffset);
                arrivals.add(arrival);
                undoneCount += messages.size();
            }
            isFull = isFull();
        }
        boolean isRoom = consumer.arrived(arrival, bytes);
        return !isFull && isRoom;
    }

    private boolean isFull() {
        return undoneCount >= consumer.flow().countMax() || arrivals.size() >= ARRIVALS_MAX;
    }

    /** An arrival is done; maybe there is room for more. */
    void completed(Arrival arrival) {
        boolean isRoom;
        boolean isFreed;
        synchronized (this) {
            isFreed = arrival.release();
            undoneCount -= isFreed ? arrival.count() : 0;
            trim();
            isRoom = !isFull();
        }
        if (isFreed) {
            consumer.released(arrival.bytes());
        }
        if (isRoom) {
            resume();
        }
    }

    /** Forgets what is here. Offsets are not moved. */
    void clear() {
        int bytes = 0;
        synchronized (this) {
            for (Arrival each : arrivals) {
                each.claim(each.count());
                bytes += each.release() ? each.bytes() : 0;
            }
            arrivals.clear();
            undoneCount = 0;
            retry = null;
        }
        consumer.released(bytes);
    }

    void resume() {
        QueueReader current = reader;
        if (current != null && !consumer.isPaused() && !isDropped) {
            current.resume();
        }
    }

    private void trim() {
        for (Arrival head = arrivals.peek(); head != null && head.isDone(); head = arrivals.peek()) {
            doneOffset = head.endOffset();
            arrivals.remove();
        }
    }

    /** Offset before which everything is done. */
    synchronized long doneOffset() {
        trim();
        Arrival head = arrivals.peek();
        return head == null ? doneOffset : head.undoneOffset();
    }

    @Override
    public long commitOffset(TopicQueue ofQueue) {
        return 0; // stored each few seconds, and when the queue is given up
    }

    /** The offset to store, or -1 if it is stored already. */
    synchronized long offsetToStore() {
        long offset = doneOffset();
        return offset == storedOffset ? -1 : offset;
    }

    synchronized void stored(long offset) {
        storedOffset = offset;
    }

    /** Drops what is here and goes on at this offset. */
    void reset(long offset) {
        QueueReader current = reader;
        if (current != null) {
            current.stop();
        }
        clear();
        synchronized (this) {
            doneOffset = offset;
            storedOffset = -1;
        }
        if (current != null && !isDropped) {
            current.start(offset);
        }
    }

    /** The arrival to go on with in order, or null; for ordered queues. */
    synchronized @Nullable Arrival firstUndone() {
        trim();
        return arrivals.peek();
    }

    /** Takes the right to handle this queue's messages one after the other. */
    synchronized boolean beginRun() {
        if (isRunning || isDropped) {
            return false;
        }
        isRunning = true;
        return true;
    }

    synchronized void endRun() {
        isRunning = false;
        notifyAll();
    }

    /** Waits, some seconds at most, until nobody handles this queue's messages. */
    synchronized void awaitIdle() {
        try {
            for (int i = 0; i < IDLE_WAITS_MAX && isRunning; i++) {
                wait(IDLE_WAIT_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether nobody handles this queue's messages. */
    synchronized boolean isIdle() {
        return !isRunning;
    }

    /** Messages that an ordered listener refused, to be tried again; owned by who has the run. */
    synchronized @Nullable Retry retry() {
        return retry;
    }

    synchronized void retry(@Nullable Retry newRetry) {
        retry = newRetry;
    }

    void lockedUntil(long nanos) {
        lockedUntilNanos = nanos;
    }

    boolean isLocked(long nowNanos) {
        return lockedUntilNanos - nowNanos > 0;
    }
}
