package dev.millrace.store.retention;

import dev.millrace.store.commitlog.LogProgress;
import dev.millrace.store.dispatch.Dispatcher;
import dev.millrace.store.index.KeyIndex;
import dev.millrace.store.queue.ConsumeQueue;
import dev.millrace.store.queue.QueueTable;
import dev.millrace.store.recovery.Checkpoint;
import org.jspecify.annotations.Nullable;

/**
 * Forces queues and index and says so in the checkpoint.
 *
 * <p>Owner: upkeep thread; the closing thread at the end. Crash behaviour: the checkpoint never claims more than was
 * forced before it.
 */
public final class DerivedFlush {
    private final QueueTable queues;
    private final @Nullable KeyIndex index;
    private final LogProgress progress;
    private final Dispatcher dispatcher;
    private final Checkpoint checkpoint;
    private long writtenPosition = -1;

    public DerivedFlush(
            QueueTable queues,
            @Nullable KeyIndex index,
            LogProgress progress,
            Dispatcher dispatcher,
            Checkpoint checkpoint) {
        this.queues = queues;
        this.index = index;
        this.progress = progress;
        this.dispatcher = dispatcher;
        this.checkpoint = checkpoint;
    }

    /** Forces what was dispatched and durable; false if nothing changed since the last time. */
    public boolean run() {
        // Times before positions, positions before forcing: what is claimed is never more than what was forced.
        long queuesMs = dispatcher.storeTimeMs();
        long derived = Math.min(dispatcher.position(), progress.durable());
        if (derived == writtenPosition) {
            return false;
        }
        forceDerived();
        // What is not committed may still be cut, and must not be missed then.
        long durable = Math.max(derived, Math.min(progress.durable(), progress.committed()));
        checkpoint.write(times(queuesMs), Checkpoint.Positions.running(durable, derived));
        writtenPosition = derived;
        return true;
    }

    /** At the clean end: the log is durable up to {@code end}, and dispatched as far as it is committed. */
    public void runAtEnd(long end, long lastRecord) {
        forceDerived();
        long[] sums = new long[2];
        queues.forEach(queue -> {
            // A queue without entries has no folder and is not met again.
            sums[0] += queue.maxOffset() > 0 ? 1 : 0;
            sums[1] += queue.maxOffset();
        });
        long indexEnd = index == null ? -1 : index.endPosition();
        checkpoint.write(
                times(dispatcher.storeTimeMs()),
                new Checkpoint.Positions(
                        dispatcher.position(), dispatcher.position(), end, lastRecord, sums[0], sums[1], indexEnd));
    }

    private void forceDerived() {
        queues.forEach(ConsumeQueue::force);
        if (index != null) {
            index.force();
        }
    }

    private Checkpoint.Times times(long queuesMs) {
        return new Checkpoint.Times(
                Math.min(queuesMs, progress.storeTimeMs()), queuesMs, index == null ? queuesMs : index.endTimeMs());
    }
}
