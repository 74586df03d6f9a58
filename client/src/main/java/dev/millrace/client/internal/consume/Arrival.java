package dev.millrace.client.internal.consume;

import dev.millrace.client.ReceivedMessage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The messages of one pull while they are handled. Workers claim runs of them and mark each when it is done.
 *
 * <p>Thread-safe: claims and the count of what is left are atomic; each mark has one writer.
 */
final class Arrival {
    private static final VarHandle DONE = MethodHandles.arrayElementVarHandle(byte[].class);

    private final QueueWork work;
    private final int bytes;
    private final int count;
    private final byte[] done;
    private final AtomicInteger claimed = new AtomicInteger();
    private final AtomicInteger left;
    private volatile List<ReceivedMessage> messages;
    private volatile long endOffset;
    private int donePrefix;
    private volatile boolean isReleased;

    Arrival(QueueWork work, List<ReceivedMessage> messages, int bytes, long endOffset) {
        this.work = work;
        this.messages = messages;
        this.count = messages.size();
        this.bytes = bytes;
        this.endOffset = endOffset;
        this.done = new byte[count];
        this.left = new AtomicInteger(count);
    }

    QueueWork work() {
        return work;
    }

    int bytes() {
        return bytes;
    }

    int count() {
        return count;
    }

    ReceivedMessage message(int index) {
        return messages.get(index);
    }

    List<ReceivedMessage> messages(int from, int to) {
        return from == 0 && to == count ? messages : messages.subList(from, to);
    }

    /** Index of the first of up to {@code run} messages that the caller may handle; {@link #count} or more: none. */
    int claim(int run) {
        return claimed.get() >= count ? count : claimed.getAndAdd(run);
    }

    /** Messages that nobody claimed yet. */
    int unclaimed() {
        return Math.max(0, count - claimed.get());
    }

    /** These are done, for good. */
    void done(int from, int to) {
        for (int i = from; i < to; i++) {
            DONE.setRelease(done, i, (byte) 1);
        }
        if (left.addAndGet(from - to) == 0) {
            work.completed(this);
            messages = List.of();
        }
    }

    /** Whether its room is given back by this call: true once. Called under the lock of its queue. */
    boolean release() {
        boolean isFirst = !isReleased;
        isReleased = true;
        return isFirst;
    }

    /** Whether nobody waits for it any more. */
    boolean isReleased() {
        return isReleased;
    }

    boolean isDone() {
        return left.get() == 0;
    }

    long endOffset() {
        return endOffset;
    }

    /** What follows did not match the filter. */
    void extend(long newEndOffset) {
        endOffset = newEndOffset;
    }

    /** Offset of the first message that is not done; called by one thread at a time. */
    long undoneOffset() {
        List<ReceivedMessage> all = messages;
        while (donePrefix < count && (byte) DONE.getAcquire(done, donePrefix) == 1) {
            donePrefix++;
        }
        return donePrefix < all.size() ? all.get(donePrefix).queueOffset() : endOffset;
    }
}
