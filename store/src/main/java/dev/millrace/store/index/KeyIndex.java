package dev.millrace.store.index;

import dev.millrace.store.Disk;
import dev.millrace.store.file.LazyFile;
import dev.millrace.store.file.Published;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The index files, oldest first, named by their time of creation.
 *
 * <p>Owners: the dispatch thread adds entries and files, the upkeep thread removes files at the start; any thread
 * queries an immutable snapshot. Crash behaviour: see {@link IndexFile}.
 */
// hot path
public final class KeyIndex {
    /** Entries of one record at most, so that one record cannot fill files. */
    private static final int KEYS_MAX = 1024;

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmssSSS").withZone(ZoneId.systemDefault());
    private static final int NAME_LENGTH = 17;

    private final Disk disk;
    private final Path folder;
    private final IndexFile.Sizes sizes;
    private final LazyFile.Usage usage;
    private final InstantSource clock;
    private final Published<IndexFile[]> files = new Published<>(new IndexFile[0]);
    private @Nullable IndexFile current;
    private @Nullable ByteBuffer bytes;
    private int keyCount;
    private volatile boolean hasNewNames;

    public KeyIndex(Disk disk, Path folder, IndexFile.Sizes sizes, LazyFile.Usage usage, InstantSource clock) {
        this.disk = disk;
        this.folder = folder;
        this.sizes = sizes;
        this.usage = usage;
        this.clock = clock;
    }

    /**
     * Recovery: finds the files.
     *
     * @param durablePosition files that reach behind it may not be durable and are removed
     */
    public void load(long durablePosition) {
        List<IndexFile> found = new ArrayList<>();
        for (String name : disk.list(folder)) {
            if (name.length() != NAME_LENGTH || !name.chars().allMatch(Character::isDigit)) {
                continue;
            }
            Path path = folder.resolve(name);
            if (disk.length(path) != sizes.fileBytes()) {
                disk.delete(path);
                continue;
            }
            IndexFile file = new IndexFile(LazyFile.existing(disk, path, sizes.fileBytes(), usage), sizes);
            file.load();
            if (file.endPosition() >= durablePosition || file.isEmpty()) {
                file.file().remove();
            } else {
                found.add(file);
            }
        }
        files.set(found.toArray(IndexFile[]::new));
    }

    /** Recovery: removes all files. */
    public void wipe() {
        files.set(new IndexFile[0]);
        for (String name : disk.list(folder)) {
            disk.delete(folder.resolve(name));
        }
    }

    /** Log position of the last record in the index, -1 if it is empty. */
    public long endPosition() {
        IndexFile[] now = files.get();
        return now.length == 0 ? -1 : now[now.length - 1].endPosition();
    }

    public long endTimeMs() {
        IndexFile[] now = files.get();
        return now.length == 0 ? 0 : now[now.length - 1].endTimeMs();
    }

    public int fileCount() {
        return files.get().length;
    }

    /** Dispatch thread: begins a record; false if the index has it already. */
    public boolean begin(long position) {
        keyCount = 0;
        return position >= endPosition();
    }

    /** Dispatch thread: adds one key of the record. */
    public void add(int hashCode, long position, long storeTimeMs) {
        if (++keyCount > KEYS_MAX) {
            return;
        }
        IndexFile file = current;
        ByteBuffer target = bytes;
        if (file == null || target == null || file.isFull()) {
            file = openForWriting();
            target = bytes;
        }
        if (target != null) {
            file.put(target, hashCode, position, storeTimeMs);
        }
    }

    /** Dispatch thread: ends a record that had keys. */
    public void end(long position, long storeTimeMs) {
        IndexFile file = current;
        ByteBuffer target = bytes;
        if (keyCount > 0 && file != null && target != null) {
            file.end(target, position, storeTimeMs);
        }
    }

    /** Dispatch thread, when idle or at the end: gives the mapping of the last file back. */
    public void release() {
        if (current != null && bytes != null) {
            current.file().release();
        }
        current = null;
        bytes = null;
    }

    /** Any thread: positions of records with this hash, newest first, each once. */
    public List<Long> find(int hashCode, long fromMs, long toMs, int countMax) {
        List<Long> found = new ArrayList<>();
        IndexFile[] now = files.get();
        for (int i = now.length - 1; i >= 0 && found.size() < countMax; i--) {
            if (now[i].overlaps(fromMs, toMs)) {
                now[i].find(hashCode, fromMs, toMs, countMax, found);
            }
        }
        return found;
    }

    /** Upkeep thread: removes files whose records left the log, never the last. */
    public int removeBefore(long logMinPosition) {
        int removed = 0;
        while (true) {
            IndexFile[] now = files.get();
            if (now.length < 2
                    || now[0].endPosition() >= logMinPosition
                    || !now[0].file().remove()) {
                return removed;
            }
            if (files.replace(now, Arrays.copyOfRange(now, 1, now.length))) {
                removed++;
            }
        }
    }

    /** Upkeep thread: forces the files that may have changed: the last two. */
    public void force() {
        IndexFile[] now = files.get();
        for (int i = Math.max(0, now.length - 2); i < now.length; i++) {
            now[i].force();
        }
        // Without space the folder may not have been made yet.
        if (hasNewNames && disk.exists(folder)) {
            hasNewNames = false;
            disk.forceFolder(folder);
        }
    }

    /** Upkeep thread: unmaps what was not used for so many of its turns. */
    public void unmapIdle(int ticksMin) {
        for (IndexFile file : files.get()) {
            file.file().unmapIfIdle(ticksMin);
        }
    }

    private IndexFile openForWriting() {
        release();
        IndexFile[] now = files.get();
        IndexFile file = now.length > 0 && !now[now.length - 1].isFull() ? now[now.length - 1] : addFile();
        current = file;
        bytes = file.file().acquire();
        return file;
    }

    private IndexFile addFile() {
        while (true) {
            IndexFile[] now = files.get();
            Path path = folder.resolve(nameBehind(now));
            IndexFile file = new IndexFile(LazyFile.absent(disk, path, sizes.fileBytes(), usage), sizes);
            if (now.length > 0) {
                file.inherit(now[now.length - 1]);
            }
            IndexFile[] next = Arrays.copyOf(now, now.length + 1);
            next[now.length] = file;
            if (files.replace(now, next)) {
                hasNewNames = true;
                return file;
            }
        }
    }

    private String nameBehind(IndexFile[] now) {
        String name = NAME.format(clock.instant());
        String last = now.length == 0
                ? ""
                : String.valueOf(now[now.length - 1].file().path().getFileName());
        if (name.compareTo(last) <= 0) {
            // The same millisecond, or the clock went back: a later number keeps the order.
            return Long.toString(Long.parseLong(last) + 1);
        }
        return name;
    }
}
