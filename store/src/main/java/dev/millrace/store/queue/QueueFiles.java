package dev.millrace.store.queue;

import dev.millrace.store.Disk;
import dev.millrace.store.StoreException;
import dev.millrace.store.file.FileNames;
import dev.millrace.store.file.LazyFile;
import dev.millrace.store.file.Published;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of one queue, in order and without holes.
 *
 * <p>Thread-safe: an immutable snapshot. The dispatch thread adds at the end, the upkeep thread removes at the start.
 * {@code tail} and {@code tailIndex} belong to the dispatch thread, or the opening thread during recovery.
 */
final class QueueFiles {
    private final Disk disk;
    private final Path folder;
    private final LazyFile.Usage usage;
    private volatile boolean hasNewNames;
    private final Published<Snapshot> snapshot = new Published<>(new Snapshot(0, new LazyFile[0]));
    /** The file that was written last, null before the first; it saves the way through the snapshot for each entry. */
    private @Nullable LazyFile tail;

    private long tailIndex;

    /** File {@code i} holds the entries from {@code (firstIndex + i) * PER_FILE}. */
    private record Snapshot(long firstIndex, LazyFile[] files) {
        @Nullable
        LazyFile at(long index) {
            long i = index - firstIndex;
            return i >= 0 && i < files.length ? files[(int) i] : null;
        }
    }

    QueueFiles(Disk disk, Path folder, LazyFile.Usage usage) {
        this.disk = disk;
        this.folder = folder;
        this.usage = usage;
    }

    Path folder() {
        return folder;
    }

    boolean isEmpty() {
        return snapshot.get().files.length == 0;
    }

    /** Offset of the first entry of the first file. */
    long firstOffset() {
        return snapshot.get().firstIndex * QueueEntry.PER_FILE;
    }

    /** Offset behind the last entry of the last file. */
    long endOffset() {
        Snapshot now = snapshot.get();
        return (now.firstIndex + now.files.length) * QueueEntry.PER_FILE;
    }

    List<LazyFile> all() {
        return List.of(snapshot.get().files);
    }

    /** The file that holds an offset, null if there is none. */
    @Nullable
    LazyFile fileOf(long offset) {
        return snapshot.get().at(offset / QueueEntry.PER_FILE);
    }

    /** Dispatch thread: the file that takes the entry of this offset, added if there is none. */
    LazyFile fileToWrite(long offset) {
        long index = offset / QueueEntry.PER_FILE;
        LazyFile last = tail;
        if (last != null && index == tailIndex) {
            return last;
        }
        LazyFile present = snapshot.get().at(index);
        LazyFile file = present != null ? present : addFileFor(offset);
        tail = file;
        tailIndex = index;
        return file;
    }

    /** Adds the file for this offset: the next one, or the first one. */
    LazyFile addFileFor(long offset) {
        long index = offset / QueueEntry.PER_FILE;
        while (true) {
            Snapshot now = snapshot.get();
            boolean isFirst = now.files.length == 0;
            if (!isFirst && index != now.firstIndex + now.files.length) {
                throw new AssertionError("queue " + folder + " has files " + now.firstIndex + "+" + now.files.length
                        + ", asked to add " + index);
            }
            LazyFile file = LazyFile.absent(disk, pathOf(index), QueueEntry.FILE_BYTES, usage);
            LazyFile[] files = Arrays.copyOf(now.files, now.files.length + 1);
            files[files.length - 1] = file;
            if (snapshot.replace(now, new Snapshot(isFirst ? index : now.firstIndex, files))) {
                hasNewNames = true;
                return file;
            }
        }
    }

    /** Takes files off the start that end at or before {@code offset}; never the last one. */
    List<LazyFile> takeFilesBefore(long offset) {
        while (true) {
            Snapshot now = snapshot.get();
            int gone = 0;
            while (gone < now.files.length - 1 && (now.firstIndex + gone + 1) * QueueEntry.PER_FILE <= offset) {
                gone++;
            }
            LazyFile[] left = Arrays.copyOfRange(now.files, gone, now.files.length);
            if (gone == 0) {
                return List.of();
            }
            if (snapshot.replace(now, new Snapshot(now.firstIndex + gone, left))) {
                return List.of(Arrays.copyOf(now.files, gone));
            }
        }
    }

    /** Takes all files off. */
    List<LazyFile> takeAll() {
        tail = null;
        return List.of(snapshot.getAndSet(new Snapshot(0, new LazyFile[0])).files);
    }

    /** Upkeep thread: makes the names of new files durable. */
    void forceNames() {
        Path topicFolder = folder.getParent();
        Path root = topicFolder == null ? null : topicFolder.getParent();
        // Without space the folder may not have been made yet.
        if (hasNewNames && topicFolder != null && root != null && disk.exists(folder)) {
            hasNewNames = false;
            disk.forceFolder(folder);
            disk.forceFolder(topicFolder);
            disk.forceFolder(root);
        }
    }

    /** Finds the files on the disk. False if one has a wrong size or is missing: the queue must be rebuilt. */
    boolean load() {
        List<LazyFile> files = new ArrayList<>();
        long firstIndex = 0;
        for (String name : disk.list(folder)) {
            if (!FileNames.isSegment(name)) {
                continue;
            }
            long base = FileNames.basePosition(name);
            if (disk.length(folder.resolve(name)) != QueueEntry.FILE_BYTES || base % QueueEntry.FILE_BYTES != 0) {
                return false;
            }
            long index = base / QueueEntry.FILE_BYTES;
            if (files.isEmpty()) {
                firstIndex = index;
            } else if (index != firstIndex + files.size()) {
                return false;
            }
            files.add(LazyFile.existing(disk, folder.resolve(name), QueueEntry.FILE_BYTES, usage));
        }
        tail = null;
        snapshot.set(new Snapshot(firstIndex, files.toArray(LazyFile[]::new)));
        return true;
    }

    /** Removes everything on the disk, also what {@link #load} refused; nobody may use the files. */
    void wipe() {
        for (LazyFile file : takeAll()) {
            file.unmapIfIdle(0);
        }
        for (String name : disk.list(folder)) {
            disk.delete(folder.resolve(name));
        }
    }

    /** Makes everything from {@code offset} zero and removes later files; nobody may use them. */
    void cutFrom(long offset) {
        tail = null;
        Snapshot now = snapshot.get();
        List<LazyFile> kept = new ArrayList<>();
        for (int i = 0; i < now.files.length; i++) {
            LazyFile file = now.files[i];
            long base = (now.firstIndex + i) * QueueEntry.PER_FILE;
            if (base >= offset && !file.remove()) {
                throw new StoreException("queue file " + file.path() + " is in use while it is cut; this is a defect");
            } else if (base < offset) {
                kept.add(file);
                if (offset < base + QueueEntry.PER_FILE) {
                    file.zeroFrom(QueueEntry.byteInFile(offset));
                }
            }
        }
        snapshot.set(new Snapshot(now.firstIndex, kept.toArray(LazyFile[]::new)));
    }

    /** Writes fillers for the entries from..to of one file. */
    void fill(LazyFile file, long from, long to) {
        ByteBuffer bytes = file.acquire();
        if (bytes == null) {
            return;
        }
        try {
            file.reserve(QueueEntry.byteInFile(from), Math.toIntExact(to - from) * QueueEntry.BYTES);
            for (long offset = from; offset < to; offset++) {
                QueueEntry.put(bytes, QueueEntry.byteInFile(offset), 0, QueueEntry.FILLER_SIZE, 0);
            }
        } finally {
            file.release();
        }
    }

    private Path pathOf(long index) {
        return folder.resolve(FileNames.of(index * QueueEntry.FILE_BYTES));
    }
}
