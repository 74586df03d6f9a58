package dev.millrace.cli.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes exactly so many messages: a few threads, each with one chunk under way, repeat a chunk until it is acknowledged.
 * Thread-safe: atomic counters.
 */
final class Backlog {
    private static final int LANE_COUNT = 4;
    private static final int CHUNK_COUNT_MAX = 1_000;
    private static final int CHUNK_BYTES_MAX = 1024 * 1024;
    private static final int OVERHEAD_BYTES = 256;
    private static final int ATTEMPTS_MAX = 20;
    private static final long PAUSE_NANOS = Duration.ofMillis(200).toNanos();
    private static final long FILL_NANOS_MAX = TimeUnit.SECONDS.toNanos(500);

    private final LoadTarget target;
    private final byte[][] bodies;
    private final int queueCount;
    private final long messageCount;
    private final int chunkCount;
    private final AtomicLong tickets = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> lastFailure = new AtomicReference<>();
    private final AtomicReference<@Nullable UnsupportedOperationException> unable = new AtomicReference<>();
    private volatile boolean isGivenUp;

    Backlog(LoadTarget target, LoadPlan plan, byte[][] bodies) {
        this.target = target;
        this.bodies = bodies;
        this.queueCount = plan.queueCount();
        this.messageCount = plan.messageCount();
        this.chunkCount = Math.clamp(CHUNK_BYTES_MAX / (plan.bodyBytes() + OVERHEAD_BYTES), 1, CHUNK_COUNT_MAX);
    }

    /**
     * Writes; the backlog is whole when this returns.
     *
     * @throws IllegalStateException if it is not
     * @throws UnsupportedOperationException if the target keeps no messages
     */
    void write() throws InterruptedException {
        long deadline = System.nanoTime() + FILL_NANOS_MAX;
        var lanes = new ArrayList<Thread>();
        for (int i = 0; i < LANE_COUNT; i++) {
            lanes.add(Thread.ofPlatform().name("fill-", i).start(() -> lane(deadline)));
        }
        for (var lane : lanes) {
            lane.join();
        }
        var inability = unable.get();
        if (inability != null) {
            throw inability;
        }
        if (acknowledged.get() != messageCount) {
            throw new IllegalStateException("the backlog is short: " + acknowledged + " of " + messageCount
                    + " messages were written, " + retries + " repeated requests, the last failure: "
                    + lastFailure.get() + "; look into the server's log, or give fewer --messages");
        }
    }

    /** Requests that were repeated, whether refused or not known to be stored. */
    long retryCount() {
        return retries.get();
    }

    /** Why a whole chunk was written again, so that some of its messages may be there twice. */
    @Nullable
    Throwable lastFailure() {
        return lastFailure.get();
    }

    private void lane(long deadline) {
        for (long first = tickets.getAndAdd(chunkCount);
                first < messageCount && !isGivenUp;
                first = tickets.getAndAdd(chunkCount)) {
            int count = (int) Math.min(chunkCount, messageCount - first);
            int firstQueue = (int) (first % queueCount);
            if (!isWritten(firstQueue, chunk(first, count), deadline)) {
                isGivenUp = true;
            }
        }
    }

    private boolean isWritten(int firstQueue, List<byte[]> chunk, long deadline) {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX && System.nanoTime() < deadline; attempt++) {
            try {
                retries.addAndGet(target.fill(firstQueue, queueCount, chunk));
                acknowledged.addAndGet(chunk.size());
                return true;
            } catch (UnsupportedOperationException e) {
                unable.set(e);
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                lastFailure.set(e);
                return false;
            } catch (Exception e) {
                lastFailure.set(e);
                retries.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return false;
    }

    private List<byte[]> chunk(long first, int count) {
        var chunk = new ArrayList<byte[]>(count);
        for (int i = 0; i < count; i++) {
            chunk.add(bodies[(int) ((first + i) % bodies.length)]);
        }
        return chunk;
    }
}
