package dev.millrace.client.internal.pull;

import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What readers brought and the application did not take yet: bounded by {@code bytesMax} plus one answer for each reader.
 *
 * <p>Thread-safe: event loops put, one thread takes.
 */
final class FetchedAhead implements QueueReader.Sink {
    /** Charged for each answer besides its bytes, so that empty ones are bounded too. */
    private static final int ARRIVAL_BYTES = 256;

    private final long bytesMax;
    private final LinkedBlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final AtomicLong bufferedBytes = new AtomicLong();
    private final AtomicBoolean isWoken = new AtomicBoolean();

    /** One answer; without a reader it only wakes who waits. */
    record Arrival(
            @Nullable QueueReader reader, long generation, List<ReceivedMessage> messages, int bytes, long nextOffset) {
        private static final Arrival WAKE = new Arrival(null, 0, List.of(), 0, 0);
    }

    FetchedAhead(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    @Override
    public boolean arrived(
            QueueReader reader, long generation, List<ReceivedMessage> messages, int bytes, long nextOffset) {
        int charged = bytes + ARRIVAL_BYTES;
        long buffered = bufferedBytes.addAndGet(charged);
        arrivals.add(new Arrival(reader, generation, messages, charged, nextOffset));
        return buffered < bytesMax;
    }

    @Override
    public long commitOffset(TopicQueue queue) {
        return 0;
    }

    /** Makes {@link #next} return at once, now or when it is called next. */
    void wake() {
        if (isWoken.compareAndSet(false, true)) {
            arrivals.add(Arrival.WAKE);
        }
    }

    /** The next arrival, or null if none came in time or somebody woke us. */
    @Nullable
    Arrival next(long waitNanos) throws InterruptedException {
        Arrival arrival = arrivals.poll(waitNanos, TimeUnit.NANOSECONDS);
        if (arrival != null && arrival.reader() == null) {
            isWoken.set(false);
            return null;
        }
        return arrival;
    }

    /** Gives an arrival's room back; true if there had been none, so that readers wait to go on. */
    boolean release(Arrival arrival) {
        long buffered = bufferedBytes.addAndGet(-arrival.bytes());
        return buffered < bytesMax && buffered + arrival.bytes() >= bytesMax;
    }
}
