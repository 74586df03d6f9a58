package dev.millrace.store.retention;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.Disk;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.commitlog.LogProgress;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.dispatch.Dispatcher;
import dev.millrace.store.dispatch.Followers;
import dev.millrace.store.file.LazyFile;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.index.KeyIndex;
import dev.millrace.store.queue.QueueTable;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes the oldest segments when they are too old or the disk is too full, then what was derived from them. Never the
 * last segment, nor one that is not dispatched and durable, nor one that a follower of the log still needs. A reader keeps what it holds mapped; only the name goes.
 *
 * <p>Owner: upkeep thread. Crash behaviour: derived files that outlive their segment are removed at the next pass.
 */
public final class Retention {
    private final StoreConfig config;
    private final LogSegments segments;
    private final LogProgress progress;
    private final Dispatcher dispatcher;
    private final QueueTable queues;
    private final @Nullable KeyIndex index;
    private final Followers followers;
    private final InstantSource clock;
    private final List<LazyFile> leaving = new ArrayList<>();
    private long derivedFrom = -1;

    /** What is cleaned; {@code index} is null if it is switched off. */
    public record Parts(
            LogSegments segments,
            LogProgress progress,
            Dispatcher dispatcher,
            QueueTable queues,
            @Nullable KeyIndex index,
            Followers followers) {}

    public Retention(StoreConfig config, Parts parts, InstantSource clock) {
        this.config = config;
        this.segments = parts.segments;
        this.progress = parts.progress;
        this.dispatcher = parts.dispatcher;
        this.queues = parts.queues;
        this.index = parts.index;
        this.followers = parts.followers;
        this.clock = clock;
    }

    /** Removes what is due; the number of segments. */
    public int run() {
        int removed = 0;
        while (isFirstTooOld() && removeFirst()) {
            removed++;
        }
        // One at a time: space comes back once readers let go, and the next pass looks again.
        Disk.Space space = segments.disk().space(segments.folder());
        if (removed == 0 && space.usedRatio() > config.diskCleanRatio() && removeFirst()) {
            removed++;
        }
        removeDerived();
        segments.unmapRemoved();
        return removed;
    }

    private boolean isFirstTooOld() {
        List<LogSegment> all = segments.all();
        if (all.size() < 2) {
            return false;
        }
        // What follows the first segment is younger than everything in it.
        ByteBuffer next = all.get(1).buffer();
        boolean isWritten = progress.appended() > all.get(1).basePosition()
                && StoredMessageLayout.isMessage(StoredMessageLayout.magic(next, 0));
        return isWritten
                && StoredMessageLayout.storeTimeMs(next, 0)
                        < clock.millis() - config.retention().toMillis();
    }

    private boolean removeFirst() {
        List<LogSegment> all = segments.all();
        long finished = Math.min(dispatcher.position(), progress.durable());
        return all.size() > 1
                && all.get(0).endPosition() <= finished
                && followers.mayRemoveBefore(all.get(0).endPosition())
                && segments.removeFirst();
    }

    private void removeDerived() {
        long minPosition = segments.minPosition();
        if (minPosition != derivedFrom) {
            queues.forEach(queue -> leaving.addAll(queue.correctMinOffset(minPosition)));
            if (index != null) {
                index.removeBefore(minPosition);
            }
            derivedFrom = minPosition;
        }
        leaving.removeIf(LazyFile::remove);
    }
}
