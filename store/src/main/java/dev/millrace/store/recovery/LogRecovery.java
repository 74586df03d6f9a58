package dev.millrace.store.recovery;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.Disk;
import dev.millrace.store.MappedFile;
import dev.millrace.store.RecoveryListener;
import dev.millrace.store.StoreException;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.commitlog.RecordCheck;
import dev.millrace.store.file.FileNames;
import dev.millrace.store.file.LogSegment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of the log: the last whole record, walking from a position that is known to be good.
 *
 * <p>Owner: the opening thread. Crash behaviour: it only removes what is behind the end it found, and can be repeated.
 */
final class LogRecovery {
    private static final int PROGRESS_BYTES = 64 << 20;
    private static final int CHUNK_BYTES = 1 << 16;
    private static final String REMEDY =
            "; it was cut or overwritten outside the store: restore it, or start once with store.recovery.truncate=true";

    private final Disk disk;
    private final Path folder;
    private final LogSegments segments;
    private final boolean truncates;
    private final RecoveryListener listener;
    private final RecordCheck check;
    private final List<LogSegment> found = new ArrayList<>();
    private long lastStoreTimeMs;
    private long lastRecord = -1;
    private long walkedFrom;
    private long walked;

    /**
     * What the log must hold.
     *
     * @param walkFrom walk from the start of the segment with this position
     * @param endMin the log ends here or later, or it is damaged
     * @param endExact whether it was closed cleanly: then nothing but zeros follows
     */
    record Expectation(long walkFrom, long endMin, boolean endExact) {}

    LogRecovery(LogSegments segments, boolean truncates, boolean wasCrashed, RecoveryListener listener) {
        this.check = new RecordCheck(wasCrashed);
        this.disk = segments.disk();
        this.folder = segments.folder();
        this.segments = segments;
        this.truncates = truncates;
        this.listener = listener;
    }

    /** Maps the files. */
    void load() {
        List<String> names =
                disk.list(folder).stream().filter(FileNames::isSegment).toList();
        for (int i = 0; i < names.size(); i++) {
            Path file = folder.resolve(names.get(i));
            long base = FileNames.basePosition(names.get(i));
            boolean isLast = i == names.size() - 1;
            long length = disk.length(file);
            if (length != segments.segmentBytes() && isLast && isUnused(file, length)) {
                // The process died while it made this file.
                disk.delete(file);
                continue;
            }
            if (length != segments.segmentBytes()) {
                restoreLength(file, length);
            }
            if (!found.isEmpty() && found.getLast().endPosition() != base) {
                throw new StoreException(
                        "segment " + FileNames.of(found.getLast().endPosition()) + " is missing in "
                                + folder + ", the next file is " + names.get(i)
                                + "; restore it, or move the files before it away");
            }
            found.add(new LogSegment(file, base, disk.open(file, Disk.Allocation.RESERVED)));
        }
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    long minPosition() {
        return found.isEmpty() ? 0 : found.getFirst().basePosition();
    }

    /** Start of the newest segment whose first record was stored at or before this time; the first one otherwise. */
    long baseStoredBefore(long timeMs) {
        for (int i = found.size() - 1; i > 0; i--) {
            ByteBuffer buffer = found.get(i).buffer();
            boolean isRecord = StoredMessageLayout.isMessage(StoredMessageLayout.magic(buffer, 0));
            if (isRecord && StoredMessageLayout.storeTimeMs(buffer, 0) <= timeMs) {
                return found.get(i).basePosition();
            }
        }
        return minPosition();
    }

    /** Store time of the last record, ms since the epoch, 0 without one. */
    long lastStoreTimeMs() {
        return lastStoreTimeMs;
    }

    /** Whether the log ends exactly at {@code end}, and {@code record}, a whole record, is its last one. */
    boolean endsWith(long record, long end) {
        checkFirstRecords(end);
        LogSegment segment = at(record);
        if (segment == null || record < 0) {
            return end == minPosition() && isFreeAt(end);
        }
        int in = (int) (record - segment.basePosition());
        boolean isWhole = check.fault(segment.buffer(), in, record) == null
                && record + StoredMessageLayout.totalSize(segment.buffer(), in) == end;
        if (isWhole && isFreeAt(end)) {
            lastRecord = record;
            lastStoreTimeMs = StoredMessageLayout.storeTimeMs(segment.buffer(), in);
            return true;
        }
        return false;
    }

    /** Finds the end by walking. */
    long walk(Expectation expected) {
        checkFirstRecords(expected.walkFrom);
        long total = found.getLast().endPosition();
        LogSegment first = at(expected.walkFrom);
        int index = first == null ? 0 : found.indexOf(first);
        long end = found.get(index).basePosition();
        walkedFrom = end;
        while (index < found.size()) {
            LogSegment segment = found.get(index);
            String fault = walkSegment(segment, total);
            end = walked;
            if (end < segment.endPosition()) {
                judge(segment, end, fault, expected);
                return end;
            }
            index++;
        }
        judge(found.getLast(), end, null, expected);
        return end;
    }

    /** Sets {@code walked} to the end of the whole records; null if zeros or a blank record follow, else what does. */
    private @Nullable String walkSegment(LogSegment segment, long total) {
        ByteBuffer buffer = segment.buffer();
        int at = 0;
        long told = segment.basePosition();
        String fault = null;
        while (at + StoredMessageLayout.BLANK_LENGTH <= segment.length()) {
            int size = StoredMessageLayout.totalSize(buffer, at);
            int magic = StoredMessageLayout.magic(buffer, at);
            if (magic == StoredMessageLayout.MAGIC_BLANK && size == segment.length() - at) {
                at = segment.length();
                break;
            }
            long position = segment.basePosition() + at;
            fault = check.fault(buffer, at, position);
            if (fault != null) {
                fault = size == 0 && magic == 0 ? null : fault;
                break;
            }
            lastRecord = position;
            lastStoreTimeMs = StoredMessageLayout.storeTimeMs(buffer, at);
            at += size;
            if (position - told >= PROGRESS_BYTES) {
                told = position;
                listener.progress(RecoveryListener.Phase.CHECKING_LOG, position, total);
            }
        }
        walked = segment.basePosition() + at;
        return fault;
    }

    private void judge(LogSegment segment, long end, @Nullable String fault, Expectation expected) {
        boolean isTorn = fault != null || hasRecordsAfter(segment);
        if (truncates || end >= expected.endMin && !(isTorn && expected.endExact)) {
            return;
        }
        throw new StoreException("segment " + segment.file() + " has no whole record at byte "
                + (end - segment.basePosition()) + ": "
                + (fault == null ? "only zeros" : fault) + ", but the log reached position "
                + Math.max(expected.endMin, end) + REMEDY);
    }

    /** Removes everything behind the end and hands the segments over. */
    void cutAt(long end, boolean clearTail) {
        while (!found.isEmpty() && found.getLast().basePosition() > end) {
            LogSegment segment = found.removeLast();
            segment.unmap();
            disk.delete(segment.file());
            // Names must go in order, or a crash now would leave a hole.
            disk.forceFolder(folder);
        }
        LogSegment last = at(end);
        if (clearTail && last != null) {
            clear(last, (int) (end - last.basePosition()));
        }
        if (clearTail && !found.isEmpty()) {
            disk.forceFolder(folder);
        }
        found.forEach(segments::add);
    }

    /** Position of the last record, -1 without one. */
    long lastRecord() {
        return lastRecord;
    }

    /** Unmaps everything; for a start that fails. */
    void close() {
        if (segments.count() == 0) {
            found.forEach(LogSegment::unmap);
        }
    }

    /** A stale record behind the end must never be met again; forces also what recovery found. */
    private void clear(LogSegment segment, int from) {
        MemorySegment memory = MemorySegment.ofBuffer(segment.buffer());
        byte[] zeros = new byte[CHUNK_BYTES];
        MemorySegment zero = MemorySegment.ofArray(zeros);
        int at = from;
        while (at < segment.length()) {
            int length = Math.min(CHUNK_BYTES, segment.length() - at);
            if (MemorySegment.mismatch(memory, at, at + length, zero, 0, length) >= 0) {
                MemorySegment.copy(zero, ValueLayout.JAVA_BYTE, 0, memory, ValueLayout.JAVA_BYTE, at, length);
            }
            at += length;
        }
        for (LogSegment each : found) {
            if (each.endPosition() > walkedFrom) {
                each.force(0, each.length());
            }
        }
    }

    private void checkFirstRecords(long walkFrom) {
        for (LogSegment segment : found) {
            if (segment.endPosition() > walkFrom || truncates) {
                return;
            }
            String fault = check.fault(segment.buffer(), 0, segment.basePosition());
            if (fault != null) {
                throw new StoreException(
                        "segment " + segment.file() + " has no whole record at byte 0: " + fault + REMEDY);
            }
        }
    }

    private boolean hasRecordsAfter(LogSegment segment) {
        int next = found.indexOf(segment) + 1;
        return next < found.size()
                && StoredMessageLayout.isMessage(
                        StoredMessageLayout.magic(found.get(next).buffer(), 0));
    }

    private boolean isFreeAt(long end) {
        LogSegment segment = at(end);
        int in = segment == null ? 0 : (int) (end - segment.basePosition());
        return segment == null
                || segment.length() - in < Long.BYTES
                || segment.buffer().getLong(in) == 0;
    }

    private @Nullable LogSegment at(long position) {
        for (LogSegment segment : found) {
            if (position >= segment.basePosition() && position < segment.endPosition()) {
                return segment;
            }
        }
        return null;
    }

    private boolean isUnused(Path file, long length) {
        if (length < Long.BYTES) {
            return length == 0;
        }
        try (MappedFile mapped = disk.open(file, Disk.Allocation.RESERVED)) {
            return mapped.memory().asByteBuffer().getLong(0) == 0;
        }
    }

    private void restoreLength(Path file, long length) {
        if (!truncates || length > segments.segmentBytes() || length < 1) {
            throw new StoreException("segment " + file + " ends at byte " + length + " of " + segments.segmentBytes()
                    + REMEDY + "; or set store.segment-size to the size of the files");
        }
        Path whole = file.resolveSibling(file.getFileName() + ".restored");
        try (MappedFile source = disk.open(file, Disk.Allocation.RESERVED);
                MappedFile target = disk.create(whole, segments.segmentBytes(), Disk.Allocation.RESERVED)) {
            MemorySegment.copy(source.memory(), 0, target.memory(), 0, length);
            target.force(0, segments.segmentBytes());
        }
        disk.rename(whole, file);
        disk.forceFolder(folder);
    }
}
