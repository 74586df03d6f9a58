package dev.millrace.store.engine;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.EntryFilter;
import dev.millrace.store.ReadLimits;
import dev.millrace.store.ReadResult;
import dev.millrace.store.ReadStatus;
import dev.millrace.store.StoreException;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.queue.ConsumeQueue;
import dev.millrace.store.queue.EntryCursor;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One read of a queue: walks entries, filters, and collects the records' bytes as they stand in the log.
 *
 * <p>Owner: the reading thread, for one call.
 */
// hot path
final class QueueReader {
    private final LogSegments segments;
    private final EntryFilter filter;
    private final ReadLimits limits;
    private final long coldBefore;
    private final ReadResult.Builder result;
    private @Nullable LogSegment segment;
    private @Nullable ByteBuffer view;
    private long runStart;
    private long runEnd;
    private boolean sawRemoved;
    private long refusedBytes;

    private QueueReader(
            LogSegments segments, EntryFilter filter, ReadLimits limits, long coldBefore, ReadResult.Builder result) {
        this.segments = segments;
        this.filter = filter;
        this.limits = limits;
        this.coldBefore = coldBefore;
        this.result = result;
    }

    static ReadResult read(
            LogSegments segments, ConsumeQueue queue, ReadLimits limits, EntryFilter filter, long coldBefore) {
        long min = queue.minOffset();
        long max = queue.maxOffset();
        long from = limits.fromOffset();
        ReadResult.Builder result = new ReadResult.Builder(min, max);
        if (max == 0) {
            return result.end(ReadStatus.EMPTY_QUEUE, 0);
        }
        if (from == max) {
            return result.end(ReadStatus.NO_NEW, from);
        }
        if (from > max) {
            return result.end(ReadStatus.TOO_HIGH, max);
        }
        if (from < min) {
            return result.end(ReadStatus.TOO_LOW, min);
        }
        QueueReader reader = new QueueReader(segments, filter, limits, coldBefore, result);
        try (EntryCursor cursor = queue.cursor()) {
            return reader.collect(cursor, from, Math.min(max, from + limits.scanMax()));
        } catch (RuntimeException | Error e) {
            result.end(ReadStatus.NO_MATCH, from).close();
            throw e;
        }
    }

    private ReadResult collect(EntryCursor cursor, long from, long end) {
        long offset = from;
        while (offset < end && result.count() < limits.countMax() && refusedBytes <= limits.refusedBytesMax()) {
            if (!cursor.read(offset)) {
                sawRemoved = true;
            } else if (!cursor.isFiller() && filter.accepts(cursor.tagHash())) {
                boolean isFirst = result.count() == 0;
                if (!isFirst && result.bytes() + cursor.size() > limits.bytesMax()) {
                    break;
                }
                take(cursor.position(), cursor.size());
            }
            offset++;
        }
        endRun();
        if (result.count() > 0) {
            return result.end(ReadStatus.FOUND, offset);
        }
        return result.end(sawRemoved ? ReadStatus.REMOVED : ReadStatus.NO_MATCH, offset);
    }

    private void take(long position, int size) {
        ByteBuffer bytes = viewOf(position);
        LogSegment held = segment;
        if (bytes == null || held == null) {
            sawRemoved = true;
            return;
        }
        int at = (int) (position - held.basePosition());
        if (size < 0 || size > held.length() - at) {
            throw new StoreException("a queue entry points to " + size + " bytes at position " + position + ", segment "
                    + held.file() + " ends before; remove the folder consumequeue: it is rebuilt at the next start");
        }
        if (!filter.acceptsRecord(bytes.limit(at + size).position(at))) {
            refusedBytes += StoredMessageLayout.propertiesLength(held.buffer(), at);
            return;
        }
        if (runEnd != position || result.count() == 0) {
            endRun();
            runStart = position;
        }
        runEnd = position + size;
        result.addRecord(size);
        if (position < coldBefore) {
            result.setCold();
        }
    }

    /** A view of the segment that holds a position; null if it left the log. */
    private @Nullable ByteBuffer viewOf(long position) {
        LogSegment now = segment;
        if (now != null && position >= now.basePosition() && position < now.endPosition()) {
            return view;
        }
        endRun();
        LogSegment next = segments.hold(position);
        segment = next;
        view = null;
        if (next != null) {
            result.addRelease(next::release);
            view = next.slice(0, next.length());
        }
        return view;
    }

    private void endRun() {
        LogSegment held = segment;
        if (runEnd > runStart && held != null) {
            result.addSlice(held.slice((int) (runStart - held.basePosition()), (int) (runEnd - runStart)));
        }
        runStart = 0;
        runEnd = 0;
    }
}
