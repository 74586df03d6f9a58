package dev.millrace.store.commitlog;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.store.Agent;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import dev.millrace.store.DiskFullException;
import dev.millrace.store.FlushMode;
import dev.millrace.store.QueueLog;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreException;
import dev.millrace.store.WakeUp;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.queue.ConsumeQueue;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Appends records to the log.
 *
 * <p>Owner: commit-log thread. Allocates nothing per request or record. Crash behaviour: a record counts once its
 * position stands in it, which is written last; recovery cuts what is not whole.
 *
 * <p>A record never crosses the end of a segment. If the next one and 8 bytes do not fit, the rest becomes a blank
 * record, and the next segment begins:
 *
 * <pre>
 * offset  length  field, big endian
 * 0       4       bytes left in the segment
 * 4       4       magic 0xCBD43194
 * 8       ..      zeros
 * </pre>
 *
 * Source: docs/storage-format.md, section "Record".
 */
// hot path
public final class CommitLog implements Agent {
    /** Requests of one turn, so that a turn stays short. */
    private static final int REQUESTS_PER_TURN = 512;

    private final Parts parts;
    private final InstantSource clock;
    private final int recordBytesMax;
    private final boolean forcesFirst;
    private final WakeUp wakeUp = new WakeUp();

    private LogSegment current;
    private ByteBuffer buffer;
    private int at;
    private long timeMs;
    private long lastRecord;
    private @Nullable AppendRequest delayed;
    /** Taken from the supply, not yet part of the log. */
    private @Nullable LogSegment following;

    /** Null in a store that stands alone. */
    private @Nullable GroupDuty group;

    /** What the log works with; {@code followers} is rung after appends that nobody forces first. */
    public record Parts(
            LogSegments segments,
            SegmentSupply supply,
            LogProgress progress,
            WriteGate gate,
            AppendInbox inbox,
            LogFlusher flusher,
            WakeUp followers) {}

    /**
     * Begins at {@code progress.appended()}, which is in the last segment or behind it.
     *
     * @param lastRecord position of the last record in the log, -1 without one
     */
    public CommitLog(StoreConfig config, Parts parts, InstantSource clock, long lastRecord) {
        this.lastRecord = lastRecord;
        this.parts = parts;
        this.clock = clock;
        this.recordBytesMax = config.recordBytesMax();
        this.forcesFirst = config.flushMode() == FlushMode.SYNC;
        LogSegment last = parts.segments.find(parts.progress.appended());
        this.current = last != null ? last : makeFirst();
        this.buffer = current.buffer();
        this.at = (int) (parts.progress.appended() - current.basePosition());
        this.timeMs = parts.progress.storeTimeMs();
    }

    /** Before the threads start: the store is a copy of a broker group. */
    public GroupDuty joinGroup(GroupDuty.Parts more) {
        GroupDuty duty = new GroupDuty(more, parts);
        group = duty;
        return duty;
    }

    @Override
    public String roleName() {
        return "commit-log";
    }

    @Override
    public WakeUp wakeUp() {
        return wakeUp;
    }

    @Override
    public int doWork() {
        GroupDuty duty = group;
        return duty == null ? appendRequests() : doDuties(duty);
    }

    private int doDuties(GroupDuty duty) {
        long end = parts.progress.appended();
        int duties = duty.doWork(this);
        int work = duties + appendRequests();
        if (duties > 0 && end < parts.progress.appended()) {
            wakeFollowers();
        }
        if (work > 0) {
            duty.moved();
        }
        return work;
    }

    private int appendRequests() {
        int work = 0;
        while (work < REQUESTS_PER_TURN && parts.flusher.waiters().hasRoom()) {
            AppendRequest request = delayed != null ? delayed : parts.inbox.poll();
            if (request == null) {
                break;
            }
            if (work == 0) {
                // Recovery and lookups by time rely on store times that never fall.
                timeMs = Math.max(timeMs, clock.millis());
            }
            AppendOutcome outcome = tryAppend(request);
            if (outcome == null) {
                delayed = request;
                break;
            }
            delayed = null;
            work++;
            boolean isAppended = outcome == AppendOutcome.Appended.INSTANCE;
            if (isAppended && waits(request)) {
                parts.flusher.waiters().add(request);
            } else {
                request.complete(outcome);
            }
        }
        if (work > 0) {
            wakeFollowers();
        }
        return work;
    }

    /** In a broker group all do: nobody is told of what the next master may not have. */
    private boolean waits(AppendRequest request) {
        return group != null || forcesFirst && request.waitForDurable;
    }

    @Override
    public void failed(Throwable fault) {
        parts.gate.fail(new StoreException("the commit-log thread failed: " + fault + "; restart the store", fault));
    }

    /** After the thread: position of the last record, -1 if there never was one. */
    public long lastRecord() {
        return lastRecord;
    }

    /** Whether nothing is left to append. */
    public boolean isIdle() {
        return delayed == null && parts.inbox.size() == 0;
    }

    private void wakeFollowers() {
        if (forcesFirst) {
            parts.flusher.wakeUp().signal();
        } else {
            parts.followers.signal();
        }
    }

    /** The outcome, null if the next segment is still being made. */
    private @Nullable AppendOutcome tryAppend(AppendRequest request) {
        AppendOutcome refusal = parts.gate.refusal();
        GroupDuty duty = group;
        if (refusal == null && duty != null && !duty.takesAppends()) {
            refusal = AppendOutcome.NotMaster.INSTANCE;
        }
        if (refusal == null) {
            refusal = check(request);
        }
        if (refusal != null) {
            return refusal;
        }
        try {
            return append(request) ? AppendOutcome.Appended.INSTANCE : null;
        } catch (DiskFullException e) {
            parts.gate.refuseForSpace(String.valueOf(e.getMessage()));
            return parts.gate.refusal();
        } catch (StoreException e) {
            parts.gate.fail(e);
            return parts.gate.refusal();
        } catch (RuntimeException | Error e) {
            // Among them InternalError, the JVM's report of a page that could not be written.
            parts.gate.fail(new StoreException(
                    "a write into " + current.file() + " at byte " + at + " failed: " + e + "; check the disk", e));
            return parts.gate.refusal();
        }
    }

    private @Nullable AppendOutcome check(AppendRequest request) {
        int bytesMax = current.length() - StoredMessageLayout.BLANK_LENGTH;
        if (request.records.remaining() > bytesMax) {
            return new AppendOutcome.TooLarge(request.records.remaining(), bytesMax);
        }
        for (int i = 0; i < request.count; i++) {
            if (request.sizes[i] > recordBytesMax) {
                return new AppendOutcome.TooLarge(request.sizes[i], recordBytesMax);
            }
            QueueLog queue = request.queues[i];
            if (queue.isDeleted()) {
                return new AppendOutcome.QueueDeleted(queue.topic(), queue.queueId());
            }
        }
        return null;
    }

    /** Copies the records in, over one end of a segment at most; false if the next segment is still being made. */
    private boolean append(AppendRequest request) {
        int bytes = request.records.remaining();
        boolean rolls = bytes + StoredMessageLayout.BLANK_LENGTH > current.length() - at;
        LogSegment next = rolls ? takeFollowing() : null;
        if (rolls && next == null) {
            return false;
        }
        request.storeTimeMs = timeMs;
        int source = request.records.position();
        int first = next == null ? 0 : countFitting(request);
        int fittingBytes = bytes(request, 0, next == null ? request.count : first);
        // Whatever may lack space comes before the first byte is written: all of the request is stored or nothing.
        current.expectWrites(at, fittingBytes + StoredMessageLayout.BLANK_LENGTH);
        if (next != null) {
            next.expectWrites(0, bytes - fittingBytes + StoredMessageLayout.BLANK_LENGTH);
            copy(request, 0, first, source);
            source += fittingBytes;
            roll(next);
        }
        copy(request, first, request.count, source);
        long end = current.basePosition() + at;
        request.setEndPosition(end);
        parts.progress.append(end, timeMs, request.count);
        return true;
    }

    /** Kept until the log rolls: a write before that may lack space, and the segment is made only once. */
    private @Nullable LogSegment takeFollowing() {
        if (following == null) {
            following = parts.supply.take();
        }
        return following;
    }

    private int countFitting(AppendRequest request) {
        int room = current.length() - at - StoredMessageLayout.BLANK_LENGTH;
        int count = 0;
        while (count < request.count && request.sizes[count] <= room) {
            room -= request.sizes[count++];
        }
        return count;
    }

    private static int bytes(AppendRequest request, int first, int end) {
        int bytes = 0;
        for (int i = first; i < end; i++) {
            bytes += request.sizes[i];
        }
        return bytes;
    }

    /** Copies records first..end and fills in what only the log knows. */
    private void copy(AppendRequest request, int first, int end, int source) {
        buffer.put(at, request.records, source, bytes(request, first, end));
        long base = current.basePosition();
        for (int i = first; i < end; i++) {
            int flag = StoredMessageLayout.systemFlag(buffer, at);
            long position = base + at;
            ConsumeQueue queue = (ConsumeQueue) request.queues[i];
            long queueOffset = SystemFlags.isQueued(flag) ? queue.assignOffset(position) : 0;
            buffer.putLong(at + StoredMessageLayout.QUEUE_OFFSET_OFFSET, queueOffset);
            buffer.putLong(at + StoredMessageLayout.storeTimeOffset(flag), timeMs);
            // The position makes the record count: a killed process leaves it whole or without a position.
            VarHandle.releaseFence();
            buffer.putLong(at + StoredMessageLayout.POSITION_OFFSET, position);
            request.queueOffsets[i] = queueOffset;
            request.positions[i] = position;
            lastRecord = position;
            at += request.sizes[i];
        }
    }

    private void roll(LogSegment next) {
        int left = current.length() - at;
        if (left < StoredMessageLayout.BLANK_LENGTH || next.basePosition() != current.endPosition()) {
            throw new AssertionError("segment " + current.file() + " has " + left + " bytes left for a blank record, "
                    + next.file() + " is next");
        }
        buffer.putInt(at, left);
        buffer.putInt(at + StoredMessageLayout.MAGIC_OFFSET, StoredMessageLayout.MAGIC_BLANK);
        enter(next);
    }

    private void enter(LogSegment next) {
        parts.segments.add(next);
        following = null;
        current = next;
        buffer = next.buffer();
        at = 0;
    }

    /** Bytes left in the segment. */
    int room() {
        return current.length() - at;
    }

    /** Stores records that were checked for this place; false if the next segment is still being made. */
    boolean store(CopiedRecords records) {
        LogSegment next = records.fillsSegment() ? takeFollowing() : null;
        if (records.fillsSegment() && next == null) {
            return false;
        }
        current.expectWrites(at, Math.min(room(), records.bytes() + StoredMessageLayout.BLANK_LENGTH));
        records.copyTo(buffer, at);
        at += records.bytes();
        if (records.count() > 0) {
            lastRecord = records.lastRecord();
            timeMs = Math.max(timeMs, records.storeTimeMs());
        }
        if (next != null) {
            enter(next);
        }
        parts.progress.append(current.basePosition() + at, timeMs, records.count());
        return true;
    }

    /** Where the log would end; null if no record ends at the position, which is in the log. */
    @Nullable
    LogCut findCut(long position) {
        return LogCut.find(parts.segments, position);
    }

    /** Ends the log there, durable when it returns; false, and nothing happened, while a segment is being made. */
    boolean cut(LogCut cut) {
        LogSegment last = cut.segment();
        boolean removesSegments = last != current;
        if (removesSegments && !parts.supply.suspend()) {
            return false;
        }
        int dirtyEnd = removesSegments ? last.length() : at;
        parts.progress.cut(cut.position(), cut.storeTimeMs());
        if (removesSegments) {
            removeBehind(last);
        }
        // Nothing of the old tail may ever be taken for a record.
        last.clear(cut.at(), dirtyEnd);
        last.force(cut.at(), dirtyEnd - cut.at());
        current = last;
        buffer = last.buffer();
        at = cut.at();
        lastRecord = cut.lastRecord();
        timeMs = cut.storeTimeMs();
        return true;
    }

    private void removeBehind(LogSegment last) {
        LogSegment unused = following;
        following = null;
        if (unused != null) {
            parts.supply.discard(unused);
        }
        while (parts.segments.last() != last) {
            parts.segments.removeLast();
        }
        parts.supply.resumeAt(last.endPosition());
    }

    private LogSegment makeFirst() {
        LogSegment made = parts.supply.take();
        if (made == null || made.basePosition() != parts.progress.appended()) {
            throw new AssertionError("no segment at the log's end " + parts.progress.appended());
        }
        parts.segments.add(made);
        return made;
    }
}
