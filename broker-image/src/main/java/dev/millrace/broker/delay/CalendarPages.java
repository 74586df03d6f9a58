package dev.millrace.broker.delay;

import dev.millrace.store.Disk;
import dev.millrace.store.MappedFile;
import dev.millrace.store.StoreException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * The pages of the calendar, in files of 1 MiB named {@code pages-0000}, {@code pages-0001} and so on. A page is 4 KiB and
 * holds 256 entries, big endian:
 *
 * <pre>
 * offset  length  field
 * 0       8       position of the timer record; bit 63: settled, bit 62: claimed by the running process
 * 8       4       ms of the due time within its hour
 * 12      4       hash of the message's unique id, as java.lang.String makes it
 * </pre>
 *
 * <p>Owner: the opening thread, then the delays thread; {@link #force} may be called by any. Crash behaviour: what the
 * last checkpoint names was forced before it; a page is used anew only after a checkpoint that does not name it.
 * Source: docs/storage-format.md, section "Timers".
 */
final class CalendarPages implements AutoCloseable {
    static final int ENTRIES_PER_PAGE = 256;

    private static final int ENTRY_BYTES = 16;
    private static final int HASH_OFFSET = 12;
    private static final int DUE_OFFSET = 8;
    private static final int PAGE_BYTES = ENTRIES_PER_PAGE * ENTRY_BYTES;
    private static final int PAGES_PER_FILE = 256;
    private static final long FILE_BYTES = (long) PAGES_PER_FILE * PAGE_BYTES;
    private static final String FILE_PREFIX = "pages-";
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);

    private final Disk disk;
    private final Path folder;
    private volatile List<MappedFile> files = List.of();
    private MemorySegment[] memory = new MemorySegment[0];
    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    /** Free, but perhaps named by the checkpoint on the disk. */
    private List<Integer> leaving = new ArrayList<>();

    private int pageCount;

    CalendarPages(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
        disk.createFolders(folder);
    }

    /** Maps the files that are there; all their pages are free but those in {@code used}. */
    void load(BitSet used) {
        while (disk.exists(file(files.size()))) {
            Path next = file(files.size());
            if (disk.length(next) != FILE_BYTES) {
                throw new StoreException(next + " has " + disk.length(next) + " bytes, not " + FILE_BYTES
                        + "; delete the folder " + folder + ", it is made again from the log");
            }
            addFile(disk.open(next, Disk.Allocation.SPARSE));
        }
        pageCount = files.size() * PAGES_PER_FILE;
        for (int page = 0; page < pageCount; page++) {
            if (!used.get(page)) {
                free.add(page);
            }
        }
    }

    /** Pages in the files, used or not. */
    static int countIn(Disk disk, Path folder) {
        int count = 0;
        while (disk.exists(folder.resolve(name(count)))) {
            count++;
        }
        return count * PAGES_PER_FILE;
    }

    private static String name(int index) {
        return FILE_PREFIX + String.format(Locale.ROOT, "%04d", index);
    }

    private Path file(int index) {
        return folder.resolve(name(index));
    }

    private void addFile(MappedFile file) {
        List<MappedFile> more = new ArrayList<>(files);
        more.add(file);
        files = List.copyOf(more);
        memory = files.stream().map(MappedFile::memory).toArray(MemorySegment[]::new);
    }

    /**
     * A page of its own.
     *
     * @throws dev.millrace.store.DiskFullException if there is no space
     */
    int allocate() {
        if (free.isEmpty()) {
            addFile(disk.create(file(files.size()), FILE_BYTES, Disk.Allocation.SPARSE));
            disk.forceFolder(folder);
            for (int i = 0; i < PAGES_PER_FILE; i++) {
                free.add(pageCount++);
            }
        }
        int page = free.element();
        files.get(page / PAGES_PER_FILE).reserve((long) (page % PAGES_PER_FILE) * PAGE_BYTES, PAGE_BYTES);
        return free.remove();
    }

    /** Gives a page back once a checkpoint is written that does not name it. */
    void release(int page) {
        leaving.add(page);
    }

    /** Takes the pages that no checkpoint made from now on will name; hand them to {@link #reuse}. */
    List<Integer> takeLeaving() {
        List<Integer> taken = leaving;
        leaving = new ArrayList<>();
        return taken;
    }

    void reuse(List<Integer> pages) {
        free.addAll(pages);
    }

    private MemorySegment memory(int page) {
        return memory[page / PAGES_PER_FILE];
    }

    private static long at(int page, int slot) {
        return (long) (page % PAGES_PER_FILE) * PAGE_BYTES + (long) slot * ENTRY_BYTES;
    }

    /** Position and bits. */
    long mark(int page, int slot) {
        return memory(page).get(LONG, at(page, slot));
    }

    void setMark(int page, int slot, long mark) {
        memory(page).set(LONG, at(page, slot), mark);
    }

    int dueInHourMs(int page, int slot) {
        return memory(page).get(INT, at(page, slot) + DUE_OFFSET);
    }

    int keyHash(int page, int slot) {
        return memory(page).get(INT, at(page, slot) + HASH_OFFSET);
    }

    void put(int page, int slot, long mark, int dueInHourMs, int keyHash) {
        MemorySegment target = memory(page);
        long at = at(page, slot);
        target.set(LONG, at, mark);
        target.set(INT, at + DUE_OFFSET, dueInHourMs);
        target.set(INT, at + HASH_OFFSET, keyHash);
    }

    /** Returns when everything that was put before is on the disk. */
    void force() {
        files.forEach(file -> file.force(0, FILE_BYTES));
    }

    @Override
    public void close() {
        files.forEach(MappedFile::close);
        files = List.of();
        memory = new MemorySegment[0];
    }
}
