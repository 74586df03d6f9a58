package dev.millrace.store.commitlog;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.file.LogSegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A place at which the log can be cut.
 *
 * <p>Owner: commit-log thread, for one cut.
 *
 * @param segment the segment in which the log ends then
 * @param at byte in it
 * @param lastRecord position of the last record before the cut, -1 if the log has none
 * @param storeTimeMs its store time, ms since the epoch, 0 without one
 */
record LogCut(LogSegment segment, int at, long lastRecord, long storeTimeMs) {
    long position() {
        return segment.basePosition() + at;
    }

    /** Null if no record begins or ends at the position, which is in the log. */
    static @Nullable LogCut find(LogSegments segments, long position) {
        LogSegment segment = segments.find(position);
        if (segment == null) {
            return null;
        }
        int at = (int) (position - segment.basePosition());
        if (at > 0) {
            long last = lastBefore(segment, at);
            return last < 0 ? null : of(segment, at, segment, last);
        }
        LogSegment before = segments.find(position - 1);
        long last = before == null ? -1 : lastBefore(before, before.length());
        return before == null || last < 0 ? new LogCut(segment, 0, -1, 0) : of(segment, 0, before, last);
    }

    private static LogCut of(LogSegment segment, int at, LogSegment holder, long last) {
        int in = (int) (last - holder.basePosition());
        return new LogCut(segment, at, last, StoredMessageLayout.storeTimeMs(holder.buffer(), in));
    }

    /** Position of the record that ends at a byte, or before a blank one that does; -1 if none does. */
    private static long lastBefore(LogSegment segment, int end) {
        ByteBuffer buffer = segment.buffer();
        int at = 0;
        int last = -1;
        while (at < end) {
            int size = StoredMessageLayout.totalSize(buffer, at);
            int magic = StoredMessageLayout.magic(buffer, at);
            if (magic == StoredMessageLayout.MAGIC_BLANK && end == segment.length()) {
                at = end;
            } else if (StoredMessageLayout.isMessage(magic) && size >= StoredMessageLayout.RECORD_BYTES_MIN) {
                last = at;
                at += size;
            } else {
                return -1;
            }
        }
        return at == end && last >= 0 ? segment.basePosition() + last : -1;
    }
}
