package dev.millrace.store.queue;

import dev.millrace.store.Boundary;
import dev.millrace.store.Disk;
import dev.millrace.store.QueueLog;
import dev.millrace.store.QueueWatcher;
import dev.millrace.store.file.LazyFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One queue: entries of fixed size that point into the log. See {@link QueueEntry} for the bytes.
 *
 * <p>Owners: {@code nextOffset} and {@code firstPosition} the commit-log thread, {@code maxOffset} the dispatch thread,
 * {@code minOffset} and {@code forcedOffset} the upkeep thread; readers see the volatile ones. Crash behaviour: derived
 * from the log, what is missing is written again by recovery.
 */
// hot path
public final class ConsumeQueue implements QueueLog {
    /** Topic of the delay levels; its entries carry times in place of tag hashes. */
    public static final String SCHEDULE_TOPIC = "SCHEDULE_TOPIC_XXXX";

    private static final long NEVER = Long.MAX_VALUE;

    private final String topic;
    private final int queueId;
    private final byte[] topicBytes;
    private final int keyHashSeed;
    private final boolean isSchedule;
    private final RecordTimes times;
    private final QueueFiles files;

    private long nextOffset;
    private volatile long firstPosition = NEVER;
    private volatile long maxOffset;
    private volatile long minOffset;
    private long forcedOffset;
    private final CopyOnWriteArrayList<QueueWatcher> watchers = new CopyOnWriteArrayList<>();
    private volatile boolean isDeleted;
    private boolean hasGap;

    /** What queues share. */
    public record Shared(Disk disk, Path folder, LazyFile.Usage usage, RecordTimes times) {}

    public ConsumeQueue(String topic, int queueId, Shared shared) {
        this(topic, topic.getBytes(StandardCharsets.UTF_8), queueId, shared);
    }

    /** @param topicBytes UTF-8 of the topic, which the queues of a topic share */
    ConsumeQueue(String topic, byte[] topicBytes, int queueId, Shared shared) {
        this.topic = topic;
        this.queueId = queueId;
        this.topicBytes = topicBytes;
        this.keyHashSeed = (topic + "#").hashCode();
        this.isSchedule = topic.equals(SCHEDULE_TOPIC);
        this.times = shared.times;
        Path folder = shared.folder.resolve(topic).resolve(Integer.toString(queueId));
        this.files = new QueueFiles(shared.disk, folder, shared.usage);
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public int queueId() {
        return queueId;
    }

    @Override
    public long minOffset() {
        return minOffset;
    }

    @Override
    public long maxOffset() {
        return maxOffset;
    }

    @Override
    public void addWatcher(QueueWatcher watcher) {
        watchers.addIfAbsent(watcher);
    }

    @Override
    public void removeWatcher(QueueWatcher watcher) {
        watchers.remove(watcher);
    }

    @Override
    public boolean isDeleted() {
        return isDeleted;
    }

    /** UTF-8 of the topic; do not change. */
    public byte[] topicBytes() {
        return topicBytes;
    }

    /** Hash of {@code topic#}, with which the hashes of its keys begin. */
    public int keyHashSeed() {
        return keyHashSeed;
    }

    public boolean isSchedule() {
        return isSchedule;
    }

    public Path folder() {
        return files.folder();
    }

    public EntryCursor cursor() {
        return new EntryCursor(files);
    }

    /** Commit-log thread: the offset of the record that is about to stand at {@code position}. */
    public long assignOffset(long position) {
        if (firstPosition == NEVER) {
            firstPosition = position;
        }
        return nextOffset++;
    }

    /** Whether a record at this position belongs to this queue, not to a deleted one of the same name. */
    public boolean owns(long position) {
        return position >= firstPosition;
    }

    /** Recovery: every record of the log belongs to this queue. */
    public void ownEverything() {
        firstPosition = 0;
    }

    /** Commit-log thread of a new master: appends go on behind the last entry. */
    public void continueAppends() {
        // What an earlier mastership appended first may have been cut.
        ownEverything();
        nextOffset = maxOffset;
    }

    /** Commit-log thread of a new master: appends go on behind a record that has no entry yet. */
    public void continueAppendsBehind(long offset) {
        nextOffset = offset + 1;
    }

    /** Recovery, after the queue is complete: appends go on behind the last entry. */
    public void continueOffsets() {
        nextOffset = maxOffset;
    }

    /**
     * Dispatch thread: adds the entry of a record. An offset below the end is a repetition and ignored, except offset 0
     * with a later position: then the queue was deleted and began anew. An offset above the end leaves a gap of fillers.
     *
     * @return whether the entry is new
     * @throws dev.millrace.store.DiskFullException if there is no space for it; nothing changed, it can be put again
     */
    public boolean put(long offset, long position, int size, long tagHash) {
        if (offset != maxOffset && !makeRoomFor(offset, position)) {
            return false;
        }
        LazyFile file = files.fileToWrite(offset);
        ByteBuffer bytes = file.acquire();
        if (bytes == null) {
            return false;
        }
        try {
            int at = QueueEntry.byteInFile(offset);
            file.reserve(at, QueueEntry.BYTES);
            QueueEntry.put(bytes, at, position, size, tagHash);
        } finally {
            file.release();
        }
        maxOffset = offset + 1;
        return true;
    }

    /** Dispatch thread: tells the watchers of an entry. */
    public void notifyWatchers(long offset, long tagHash) {
        if (watchers.isEmpty()) {
            return;
        }
        for (QueueWatcher present : watchers) {
            present.arrived(this, offset, tagHash);
        }
    }

    private boolean makeRoomFor(long offset, long position) {
        if (offset < maxOffset) {
            return offset == 0 && beganAnew(position);
        }
        hasGap = true;
        long firstOfFile = offset - offset % QueueEntry.PER_FILE;
        if (files.isEmpty()) {
            LazyFile file = files.addFileFor(offset);
            files.fill(file, firstOfFile, offset);
            minOffset = offset;
            return true;
        }
        if (offset >= files.endOffset()) {
            files.wipe();
            return makeRoomFor(offset, position);
        }
        LazyFile file = files.fileOf(offset);
        if (file != null) {
            files.fill(file, Math.max(maxOffset, firstOfFile), offset);
        }
        return true;
    }

    private boolean beganAnew(long position) {
        try (EntryCursor cursor = cursor()) {
            if (minOffset > 0 || !cursor.read(0) || cursor.isFiller() || cursor.position() >= position) {
                return false;
            }
        }
        files.wipe();
        maxOffset = 0;
        minOffset = 0;
        return true;
    }

    @Override
    public long storeTimeAt(long offset) {
        if (offset < minOffset || offset >= maxOffset) {
            return -1;
        }
        try (EntryCursor cursor = cursor()) {
            return cursor.read(offset) && !cursor.isFiller() ? times.storeTimeMs(cursor.position()) : -1;
        }
    }

    @Override
    public long offsetByTime(long timeMs, Boundary boundary) {
        long min = minOffset;
        long max = maxOffset;
        if (min >= max) {
            return max;
        }
        try (EntryCursor cursor = cursor()) {
            if (boundary == Boundary.LOWER) {
                return firstNotBefore(cursor, min, max, timeMs);
            }
            // The last one at or before a time stands before the first one after it.
            return Math.max(min, firstNotBefore(cursor, min, max, timeMs + 1) - 1);
        }
    }

    /** Binary search; entries whose record is gone count as older than everything. */
    private long firstNotBefore(EntryCursor cursor, long min, long max, long timeMs) {
        long low = min;
        long high = max;
        while (low < high) {
            long middle = (low + high) >>> 1;
            long time = cursor.read(middle) && !cursor.isFiller() ? times.storeTimeMs(cursor.position()) : -1;
            if (time < timeMs) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Upkeep thread: moves the minimum to the first entry whose record is in the log; returns files to remove. */
    public List<LazyFile> correctMinOffset(long logMinPosition) {
        long low = Math.max(minOffset, files.firstOffset());
        long high = maxOffset;
        if (low >= high) {
            return List.of();
        }
        try (EntryCursor cursor = cursor()) {
            if (cursor.read(low) && !cursor.isFiller() && cursor.position() >= logMinPosition) {
                minOffset = low;
                return List.of();
            }
            while (low < high) {
                long middle = (low + high) >>> 1;
                boolean isGone = !cursor.read(middle) || cursor.isFiller() || cursor.position() < logMinPosition;
                if (isGone) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
        }
        minOffset = low;
        return files.takeFilesBefore(low);
    }

    /** Upkeep thread: forces new entries. */
    public void force() {
        long to = maxOffset;
        long from = Math.min(forcedOffset, to);
        while (from < to) {
            long endOfFile = from - from % QueueEntry.PER_FILE + QueueEntry.PER_FILE;
            long until = Math.min(to, endOfFile);
            LazyFile file = files.fileOf(from);
            if (file != null) {
                file.force(QueueEntry.byteInFile(from), (int) (until - from) * QueueEntry.BYTES);
            }
            from = until;
        }
        files.forceNames();
        forcedOffset = to;
    }

    public boolean hasUnforced() {
        return forcedOffset != maxOffset;
    }

    /** Upkeep thread: unmaps what was not used for so many of its turns. */
    public int unmapIdle(int ticksMin) {
        int unmapped = 0;
        for (LazyFile file : files.all()) {
            unmapped += file.unmapIfIdle(ticksMin) ? 1 : 0;
        }
        return unmapped;
    }

    /** From now on appends are refused and nothing is dispatched to it. */
    public void markDeleted() {
        isDeleted = true;
        watchers.clear();
    }

    /** Dispatch thread: removes the files of a deleted queue; waits for readers, which hold files for moments only. */
    void removeFiles(Disk disk) {
        for (LazyFile file : files.takeAll()) {
            while (!file.remove()) {
                Thread.onSpinWait();
            }
        }
        Path folder = folder();
        Path topicFolder = folder.getParent();
        if (disk.list(folder).isEmpty()) {
            disk.delete(folder);
        }
        if (topicFolder != null && disk.list(topicFolder).isEmpty()) {
            disk.delete(topicFolder);
        }
    }

    /**
     * Recovery: reads what is on the disk. Entries are good up to the first that is empty, not behind its predecessor, or
     * at or behind {@code endPosition}; the rest is made zero if {@code cut}.
     *
     * @return false if the files do not fit together and were removed
     */
    public boolean load(long endPosition, boolean cut) {
        ownEverything();
        if (!files.load()) {
            files.wipe();
            return false;
        }
        if (files.isEmpty()) {
            return true;
        }
        long end = files.endOffset();
        // As RocketMQ: what was written long ago is whole, the last three files are looked at.
        long offset = Math.max(files.firstOffset(), end - 3L * QueueEntry.PER_FILE);
        long previous = -1;
        minOffset = files.firstOffset();
        try (EntryCursor cursor = cursor()) {
            while (offset < end && cursor.read(offset) && isGood(cursor, previous, endPosition)) {
                previous = cursor.isFiller() ? previous : cursor.position();
                offset++;
            }
        }
        maxOffset = offset;
        // What is loaded was durable before; what recovery adds behind it is not.
        forcedOffset = offset;
        if (cut) {
            cutFrom(offset);
        }
        return true;
    }

    private static boolean isGood(EntryCursor cursor, long previous, long endPosition) {
        if (cursor.isFiller()) {
            return cursor.position() == 0;
        }
        return cursor.size() > 0 && cursor.position() > previous && cursor.position() < endPosition;
    }

    /** Recovery: whether an entry was put behind a gap since the last {@link #wipe()}. */
    public boolean hasGap() {
        return hasGap;
    }

    /** Recovery: drops entries at the end that the log does not confirm. */
    public void dropUnconfirmed(Confirmation log) {
        long offset = confirmedEnd(log);
        if (offset < maxOffset) {
            cutFrom(offset);
        }
    }

    private long confirmedEnd(Confirmation log) {
        try (EntryCursor cursor = cursor()) {
            long offset = maxOffset;
            while (offset > minOffset
                    && cursor.read(offset - 1)
                    && !cursor.isFiller()
                    && !log.confirms(cursor.position(), cursor.size(), offset - 1)) {
                offset--;
            }
            return offset;
        }
    }

    /** Compares an entry with the record it points to. */
    @FunctionalInterface
    public interface Confirmation {
        boolean confirms(long position, int size, long queueOffset);
    }

    /** Recovery: removes the entries from this offset. */
    public void cutFrom(long offset) {
        files.cutFrom(offset);
        maxOffset = Math.min(maxOffset, offset);
        forcedOffset = Math.min(forcedOffset, maxOffset);
        minOffset = Math.min(minOffset, maxOffset);
    }

    /** Recovery: removes everything. */
    public void wipe() {
        files.wipe();
        hasGap = false;
        forcedOffset = 0;
        maxOffset = 0;
        minOffset = 0;
    }

    /** Position behind the record of the last entry, 0 if there is none. */
    public long endPosition() {
        try (EntryCursor cursor = cursor()) {
            for (long offset = maxOffset - 1; offset >= minOffset; offset--) {
                if (cursor.read(offset) && !cursor.isFiller()) {
                    return cursor.position() + cursor.size();
                }
            }
        }
        return 0;
    }
}
