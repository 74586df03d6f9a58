package dev.millrace.store.commitlog;

import dev.millrace.store.Agent;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.FlushMode;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreException;
import dev.millrace.store.WakeUp;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Forces the log and completes who waits for that. One force serves everything appended before it began.
 *
 * <p>Owner: flush thread. A force that fails is final: nobody knows what is on the disk, the store takes no more
 * appends.
 */
public final class LogFlusher implements Agent {
    private final LogSegments segments;
    private final LogProgress progress;
    private final WriteGate gate;
    private final FlushWaiters waiters;
    private final LongSupplier nanoTime;
    private final boolean forcesAtOnce;
    private final long intervalNanos;
    private final WakeUp wakeUp = new WakeUp();
    private final WakeUp followers;
    private long lastForceNanos;
    /** Of a copy of a broker group: its appends wait for others too, and the commit-log thread completes them. */
    private @Nullable CommittedFile committed;

    private Runnable moved = () -> {};
    private long lastCommittedNanos;

    /** @param followers rung after a force that appends waited for */
    public LogFlusher(
            StoreConfig config,
            LogSegments segments,
            LogProgress progress,
            WriteGate gate,
            LongSupplier nanoTime,
            WakeUp followers) {
        this.segments = segments;
        this.progress = progress;
        this.gate = gate;
        this.nanoTime = nanoTime;
        this.followers = followers;
        this.forcesAtOnce = config.flushMode() == FlushMode.SYNC;
        this.intervalNanos = config.flushInterval().toNanos();
        int capacity = Integer.highestOneBit(Math.max(1, config.inboxCount() - 1)) << 1;
        this.waiters = new FlushWaiters(capacity);
        this.lastForceNanos = nanoTime.getAsLong();
        this.lastCommittedNanos = lastForceNanos;
    }

    /** Before the threads start: the store is a copy of a broker group. */
    public void joinGroup(CommittedFile file, Runnable hasMoved) {
        committed = file;
        moved = hasMoved;
    }

    @Override
    public String roleName() {
        return "flush";
    }

    @Override
    public WakeUp wakeUp() {
        return wakeUp;
    }

    @Override
    public long parkNanosMax() {
        return forcesAtOnce ? Agent.super.parkNanosMax() : Math.min(intervalNanos, Agent.super.parkNanosMax());
    }

    @Override
    public int doWork() {
        AppendOutcome refusal = gate.refusal();
        if (refusal instanceof AppendOutcome.Failed) {
            return committed != null ? 0 : waiters.complete(Long.MAX_VALUE, refusal);
        }
        int work = 0;
        if (isDue() && force()) {
            work++;
            moved.run();
            if (forcesAtOnce) {
                followers.signal();
            }
        }
        CommittedFile position = committed;
        if (position != null) {
            return work + forceCommitted(position);
        }
        return work + waiters.complete(progress.durable(), AppendOutcome.Appended.INSTANCE);
    }

    @Override
    public void failed(Throwable fault) {
        gate.fail(new StoreException("the flush thread failed: " + fault + "; restart the store", fault));
    }

    /** Forces everything appended so far; false if there was nothing or it failed. */
    public boolean force() {
        int cuts = progress.cuts();
        long from = progress.durable();
        long to = progress.appended();
        lastForceNanos = nanoTime.getAsLong();
        if (from == to) {
            return false;
        }
        try {
            long end = segments.force(from, to);
            if (end == to) {
                progress.force(to, cuts);
                return true;
            }
            if (cuts == progress.cuts()) {
                gate.fail(new StoreException("position " + end + " to force is in no segment of the log, which ends at "
                        + to + "; a file was removed by hand: restart the store"));
            }
        } catch (StoreException e) {
            gate.fail(e); // also after a cut: what stays may not be on the disk
        }
        return false;
    }

    FlushWaiters waiters() {
        return waiters;
    }

    /** Followers save what the next start knows to be committed, so this may lag by an interval. */
    private int forceCommitted(CommittedFile position) {
        if (!position.isBehind() || nanoTime.getAsLong() - lastCommittedNanos < intervalNanos) {
            return 0;
        }
        lastCommittedNanos = nanoTime.getAsLong();
        try {
            position.force();
            return 1;
        } catch (StoreException e) {
            gate.fail(e);
            return 0;
        }
    }

    private boolean isDue() {
        return forcesAtOnce || nanoTime.getAsLong() - lastForceNanos >= intervalNanos;
    }
}
