package dev.millrace.store.engine;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.LogSlice;
import dev.millrace.store.commitlog.LogProgress;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.replica.LogChunk;
import java.nio.ByteBuffer;

/** Reads whole records as they stand in the log, for other copies. Thread-safe: stateless. */
final class ChunkReader {
    private ChunkReader() {}

    static LogChunk read(LogSegments segments, LogProgress progress, long position, int bytesMax) {
        long end = progress.appended();
        if (position == end) {
            return LogChunk.AtEnd.INSTANCE;
        }
        if (position > end) {
            return new LogChunk.NoRecord("position " + position + " is behind the log's end at position " + end);
        }
        LogSegment segment = segments.hold(position);
        if (segment == null) {
            return new LogChunk.Removed(segments.minPosition());
        }
        int at = (int) (position - segment.basePosition());
        int limit = (int) Math.min(segment.length(), end - segment.basePosition());
        int bytes = wholeBytes(segment, at, limit, bytesMax);
        if (bytes == 0) {
            segment.release();
            return new LogChunk.NoRecord("no record begins at position " + position + " of " + segment.file());
        }
        return new LogChunk.Found(new LogSlice(position, segment.slice(at, bytes), segment::release));
    }

    /** Bytes of the records that fit, at least of one; 0 if none begins there. */
    private static int wholeBytes(LogSegment segment, int from, int limit, int bytesMax) {
        ByteBuffer buffer = segment.buffer();
        int at = from;
        while (at < limit) {
            int size = sizeAt(buffer, at, limit, segment.basePosition());
            if (size == 0 || at > from && at - from + size > bytesMax) {
                break;
            }
            at += size;
        }
        return at - from;
    }

    /** Size of the whole record, also a blank one; 0 if there is none, as while the log is cut. */
    private static int sizeAt(ByteBuffer buffer, int at, int limit, long base) {
        if (limit - at < StoredMessageLayout.BLANK_LENGTH) {
            return 0;
        }
        int size = StoredMessageLayout.totalSize(buffer, at);
        int magic = StoredMessageLayout.magic(buffer, at);
        if (magic == StoredMessageLayout.MAGIC_BLANK && at + size == buffer.capacity()) {
            return size;
        }
        boolean isRecord = StoredMessageLayout.isMessage(magic)
                && size >= StoredMessageLayout.RECORD_BYTES_MIN
                && size <= limit - at
                && StoredMessageLayout.position(buffer, at) == base + at;
        return isRecord ? size : 0;
    }
}
