package dev.millrace.store.commitlog;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.Disk;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.file.Published;
import dev.millrace.store.queue.RecordTimes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The segments of the log, in order and without holes.
 *
 * <p>Thread-safe: an immutable snapshot. The commit-log thread adds at the end, and removes there when a replica is cut; the
 * upkeep thread removes at the start.
 */
public final class LogSegments implements RecordTimes {
    private final Disk disk;
    private final Path folder;
    private final int segmentBytes;
    private final Published<LogSegment[]> snapshot = new Published<>(new LogSegment[0]);
    private final ConcurrentLinkedQueue<LogSegment> removed = new ConcurrentLinkedQueue<>();

    public LogSegments(Disk disk, Path folder, long segmentBytes) {
        this.disk = disk;
        this.folder = folder;
        this.segmentBytes = Math.toIntExact(segmentBytes);
    }

    public Disk disk() {
        return disk;
    }

    public Path folder() {
        return folder;
    }

    public int segmentBytes() {
        return segmentBytes;
    }

    public int count() {
        return snapshot.get().length;
    }

    public List<LogSegment> all() {
        return List.of(snapshot.get());
    }

    /** The last segment, null if there is none. */
    public @Nullable LogSegment last() {
        LogSegment[] now = snapshot.get();
        return now.length == 0 ? null : now[now.length - 1];
    }

    /** Position of the first byte. */
    public long minPosition() {
        LogSegment[] now = snapshot.get();
        return now.length == 0 ? 0 : now[0].basePosition();
    }

    /** Adds the segment behind the last one. */
    public void add(LogSegment segment) {
        while (true) {
            LogSegment[] now = snapshot.get();
            if (now.length > 0 && now[now.length - 1].endPosition() != segment.basePosition()) {
                throw new AssertionError(
                        "segment " + segment.file() + " does not follow position " + now[now.length - 1].endPosition());
            }
            LogSegment[] next = Arrays.copyOf(now, now.length + 1);
            next[now.length] = segment;
            if (snapshot.replace(now, next)) {
                return;
            }
        }
    }

    /** The segment that holds a byte, null if none does. Not held: for threads that know it stays. */
    public @Nullable LogSegment find(long position) {
        LogSegment[] now = snapshot.get();
        if (now.length == 0 || position < now[0].basePosition()) {
            return null;
        }
        long index = (position - now[0].basePosition()) / segmentBytes;
        return index < now.length ? now[(int) index] : null;
    }

    /** Like {@link #find}, held: the caller releases it. */
    public @Nullable LogSegment hold(long position) {
        LogSegment segment = find(position);
        return segment != null && segment.hold() ? segment : null;
    }

    @Override
    public long storeTimeMs(long position) {
        LogSegment segment = hold(position);
        if (segment == null) {
            return -1;
        }
        try {
            int at = (int) (position - segment.basePosition());
            ByteBuffer buffer = segment.buffer();
            boolean isRecord = at + StoredMessageLayout.RECORD_BYTES_MIN <= segment.length()
                    && StoredMessageLayout.isMessage(StoredMessageLayout.magic(buffer, at));
            return isRecord ? StoredMessageLayout.storeTimeMs(buffer, at) : -1;
        } finally {
            segment.release();
        }
    }

    /** Forces a range that may span segments; gives where it ended, before {@code to} if no segment holds what follows. */
    public long force(long from, long to) {
        long at = from;
        while (at < to) {
            LogSegment segment = hold(at);
            if (segment == null) {
                return at;
            }
            long until = Math.min(to, segment.endPosition());
            try {
                segment.force(at - segment.basePosition(), until - at);
            } finally {
                segment.release();
            }
            at = until;
        }
        return at;
    }

    /** Upkeep thread: takes the first segment out and deletes its name; the last one stays. */
    public boolean removeFirst() {
        while (true) {
            LogSegment[] now = snapshot.get();
            if (now.length < 2) {
                return false;
            }
            if (snapshot.replace(now, Arrays.copyOfRange(now, 1, now.length))) {
                LogSegment first = now[0];
                disk.delete(first.file());
                // Names must go in order, or the next start would find a hole.
                disk.forceFolder(folder);
                removed.add(first);
                first.release();
                return true;
            }
        }
    }

    /** Commit-log thread: takes the last segment out, deletes its name and makes that durable. */
    void removeLast() {
        while (true) {
            LogSegment[] now = snapshot.get();
            if (now.length < 2) {
                throw new AssertionError(
                        "the log of " + folder + " would lose its last of " + now.length + " segments");
            }
            if (snapshot.replace(now, Arrays.copyOf(now, now.length - 1))) {
                LogSegment last = now[now.length - 1];
                disk.delete(last.file());
                // Names must go in order, or a crash now would leave a hole.
                disk.forceFolder(folder);
                removed.add(last);
                last.release();
                return;
            }
        }
    }

    /** Upkeep thread: unmaps removed segments that no reader holds any more. */
    public int unmapRemoved() {
        int unmapped = 0;
        int left = removed.size();
        while (left-- > 0) {
            LogSegment segment = removed.poll();
            if (segment != null && segment.isFree()) {
                segment.unmap();
                unmapped++;
            } else if (segment != null) {
                removed.add(segment);
            }
        }
        return unmapped;
    }

    /** At the end of the store, after its threads: unmaps what no reader holds, later readers find nothing. */
    public void close() {
        for (LogSegment segment : snapshot.getAndSet(new LogSegment[0])) {
            segment.release();
            removed.add(segment);
        }
        unmapRemoved();
    }
}
