package dev.millrace.store.recovery;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.RecoveryListener;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.dispatch.Followers;
import dev.millrace.store.dispatch.RecordDispatch;
import dev.millrace.store.dispatch.RecordParser;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.index.KeyIndex;
import dev.millrace.store.queue.ConsumeQueue;
import dev.millrace.store.queue.QueueTable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Brings a folder to the state in which the threads can start: end of the log found, everything behind it cut, queues
 * and index complete up to it.
 *
 * <pre>
 * end     our checkpoint  log                                  queues and index
 * clean   fits            its last record is looked at         used as they are
 * clean   none            walked from the last segment         completed from the last entry
 * crash   there           walked from the durable position     cut and derived from the derived position
 * crash   none            walked by RocketMQ's checkpoint      cut and derived from there
 * </pre>
 *
 * Queues and index that are gone, damaged or incomplete are derived from the whole log.
 *
 * <p>Owner: the opening thread.
 */
public final class Recovery {
    private static final int PROGRESS_BYTES = 64 << 20;

    private final StoreConfig config;
    private final StoreFolder folder;
    private final Checkpoint checkpoint;
    private final LogSegments segments;
    private final QueueTable queues;
    private final @Nullable KeyIndex index;
    private final RecoveryListener listener;
    private final LogRecovery log;
    private final Followers followers;
    private final LongUnaryOperator committed;

    /**
     * Where the log ends, and store time (ms since the epoch) and position of its last record; 0 and -1 without one.
     *
     * @param derivedEnd up to where queues and index are complete and followers were told
     */
    public record Result(long endPosition, long lastStoreTimeMs, long lastRecord, long derivedEnd) {}

    /**
     * What is recovered.
     *
     * @param index null if it is switched off
     * @param committed from the end of the log to the position up to which it may be shown
     */
    public record Parts(
            StoreFolder folder,
            Checkpoint checkpoint,
            LogSegments segments,
            QueueTable queues,
            @Nullable KeyIndex index,
            Followers followers,
            LongUnaryOperator committed) {}

    public Recovery(StoreConfig config, Parts parts, RecoveryListener listener) {
        this.config = config;
        this.folder = parts.folder;
        this.checkpoint = parts.checkpoint;
        this.segments = parts.segments;
        this.queues = parts.queues;
        this.index = parts.index;
        this.followers = parts.followers;
        this.committed = parts.committed;
        this.listener = listener;
        this.log = new LogRecovery(segments, config.truncateAtRecovery(), folder.wasCrashed(), listener);
    }

    public Result run() {
        try {
            return recover();
        } catch (RuntimeException | Error e) {
            log.close();
            throw e;
        }
    }

    private Result recover() {
        Optional<Checkpoint.Positions> known = checkpoint.positions();
        log.load();
        if (log.isEmpty()) {
            wipeDerived();
            followers.startAt(0, 0);
            listener.progress(RecoveryListener.Phase.DONE, 0, 0);
            return new Result(0, 0, -1, 0);
        }
        boolean isCleanFit = !folder.wasCrashed()
                && !config.truncateAtRecovery()
                && known.isPresent()
                && known.get().cleanEnd() >= 0
                && log.endsWith(known.get().lastRecord(), known.get().cleanEnd());
        long end = isCleanFit ? known.get().cleanEnd() : log.walk(expectation(known));
        log.cutAt(end, folder.wasCrashed() || config.truncateAtRecovery());
        listener.progress(RecoveryListener.Phase.LOADING_QUEUES, end, end);
        long derivedEnd = Math.clamp(committed.applyAsLong(end), log.minPosition(), end);
        long from = isCleanFit ? loadAfterCleanEnd(known.get(), end) : loadAndFindStart(known, derivedEnd);
        derive(from, derivedEnd);
        if (hasGaps() && from > log.minPosition()) {
            queues.forEach(Recovery::wipeIfGap);
            derive(log.minPosition(), derivedEnd);
        }
        queues.forEach(queue -> {
            queue.correctMinOffset(segments.minPosition()).forEach(file -> file.remove());
            queue.continueOffsets();
        });
        follow(derivedEnd);
        listener.progress(RecoveryListener.Phase.DONE, derivedEnd, end);
        return new Result(end, log.lastStoreTimeMs(), log.lastRecord(), derivedEnd);
    }

    private LogRecovery.Expectation expectation(Optional<Checkpoint.Positions> known) {
        if (config.truncateAtRecovery()) {
            return new LogRecovery.Expectation(log.minPosition(), -1, false);
        }
        if (!folder.wasCrashed()) {
            // RocketMQ may have gone on behind our clean end.
            long endMin = known.map(Checkpoint.Positions::cleanEnd).orElse(-1L);
            return new LogRecovery.Expectation(log.baseStoredBefore(Long.MAX_VALUE), endMin, true);
        }
        long walkFrom = known.map(Checkpoint.Positions::durable)
                .orElseGet(() -> log.baseStoredBefore(checkpoint.minTimeMs(index != null)));
        long endMin = known.map(Checkpoint.Positions::durable).orElse(-1L);
        return new LogRecovery.Expectation(walkFrom, endMin, false);
    }

    /** After a clean end everything is complete, unless somebody removed files. */
    private long loadAfterCleanEnd(Checkpoint.Positions known, long end) {
        boolean isWhole = queues.load(end, false).isEmpty();
        long[] sums = new long[2];
        queues.forEach(queue -> {
            sums[0]++;
            sums[1] += queue.maxOffset();
        });
        long from = known.derived();
        if (!isWhole || sums[0] != known.queueCount() || sums[1] != known.entriesTotal()) {
            queues.forEach(ConsumeQueue::wipe);
            from = log.minPosition();
        }
        if (index != null) {
            index.load(end);
            if (index.endPosition() != known.indexEnd()) {
                index.wipe();
                from = log.minPosition();
            }
        }
        return from;
    }

    /** Loads what can be trusted; the position from which the rest is derived. */
    private long loadAndFindStart(Optional<Checkpoint.Positions> known, long end) {
        long trusted = end;
        if (folder.wasCrashed()) {
            trusted = known.map(Checkpoint.Positions::derived)
                    .orElseGet(() -> log.baseStoredBefore(checkpoint.minTimeMs(index != null)));
            trusted = Math.clamp(trusted, log.minPosition(), end);
        }
        List<ConsumeQueue> damaged = queues.load(trusted, true);
        queues.forEach(queue -> queue.dropUnconfirmed(this::isConfirmed));
        long[] newest = {0};
        queues.forEach(queue -> newest[0] = Math.max(newest[0], queue.endPosition()));
        long from = Math.min(trusted, Math.max(newest[0], log.minPosition()));
        if (folder.wasCrashed()) {
            from = trusted;
        }
        if (!damaged.isEmpty() || newest[0] == 0) {
            from = log.minPosition();
        }
        if (index != null) {
            index.load(trusted);
            from = Math.min(from, Math.max(index.endPosition(), log.minPosition()));
        }
        return from;
    }

    private boolean isConfirmed(long position, int size, long queueOffset) {
        LogSegment segment = segments.find(position);
        if (segment == null) {
            return position < segments.minPosition();
        }
        int at = (int) (position - segment.basePosition());
        ByteBuffer buffer = segment.buffer();
        return at + StoredMessageLayout.RECORD_BYTES_MIN <= segment.length()
                && StoredMessageLayout.isMessage(StoredMessageLayout.magic(buffer, at))
                && StoredMessageLayout.totalSize(buffer, at) == size
                && StoredMessageLayout.queueOffset(buffer, at) == queueOffset;
    }

    private void derive(long from, long end) {
        RecordDispatch dispatch = RecordDispatch.recovery(queues, index);
        walk(from, end, dispatch::dispatch);
        dispatch.release();
    }

    /** Does something with a record and gives its size. */
    private interface Step {
        int take(ByteBuffer buffer, int at, long position);
    }

    private void walk(long from, long end, Step step) {
        long at = from;
        long told = from;
        while (at < end) {
            LogSegment segment = segments.find(at);
            if (segment == null) {
                throw new AssertionError("position " + at + " below the end " + end + " is in no segment");
            }
            int in = (int) (at - segment.basePosition());
            boolean isBlank = StoredMessageLayout.magic(segment.buffer(), in) == StoredMessageLayout.MAGIC_BLANK;
            at = isBlank ? segment.endPosition() : at + step.take(segment.buffer(), in, at);
            if (at - told >= PROGRESS_BYTES) {
                told = at;
                listener.progress(RecoveryListener.Phase.REBUILDING, at, end);
            }
        }
    }

    /** Tells the followers what they have not seen. */
    private void follow(long end) {
        long from = followers.startAt(log.minPosition(), end);
        RecordParser parser = new RecordParser();
        walk(from, end, (buffer, at, position) -> {
            parser.parse(buffer, at, position);
            followers.offerAgain(parser);
            return parser.size();
        });
        followers.reached(end);
    }

    private boolean hasGaps() {
        boolean[] found = new boolean[1];
        queues.forEach(queue -> found[0] |= queue.hasGap());
        return found[0];
    }

    private static void wipeIfGap(ConsumeQueue queue) {
        if (queue.hasGap()) {
            queue.wipe();
        }
    }

    private void wipeDerived() {
        queues.load(0, false);
        queues.forEach(ConsumeQueue::wipe);
        if (index != null) {
            index.wipe();
        }
    }
}
