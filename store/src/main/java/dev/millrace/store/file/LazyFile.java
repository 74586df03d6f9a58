package dev.millrace.store.file;

import dev.millrace.store.Disk;
import dev.millrace.store.MappedFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A sparse file that is mapped while somebody uses it and unmapped when idle, so that thousands of them cost neither
 * mappings nor open files.
 *
 * <pre>
 * UNMAPPED --acquire--&gt; BUSY --&gt; 1..n users --release--&gt; 0 users --unmapIfIdle--&gt; BUSY --&gt; UNMAPPED
 * UNMAPPED | 0 users --remove--&gt; BUSY --&gt; REMOVED
 * </pre>
 *
 * <p>Thread-safe: {@code state} decides who may touch {@code mapped} and {@code buffer}; {@code reservedPage} belongs to
 * the thread that writes while the file is in use.
 */
public final class LazyFile {
    private static final int UNMAPPED = -1;
    private static final int BUSY = -2;
    private static final int REMOVED = -3;

    /** A page is this large or a multiple of it, and begins at a multiple. */
    private static final int PAGE_BYTES_MIN = 4096;

    private static final AtomicIntegerFieldUpdater<LazyFile> STATE =
            AtomicIntegerFieldUpdater.newUpdater(LazyFile.class, "state");

    private final Disk disk;
    private final Path path;
    private final int length;
    private final Usage usage;
    /** In this object, not in one of its own: with thousands of queues each object more is a cache miss per message. */
    private volatile int state = UNMAPPED;

    private @Nullable MappedFile mapped;
    private @Nullable ByteBuffer buffer;
    private boolean isCreated;
    private int lastTick;
    /** The page that has its block, by {@link #PAGE_BYTES_MIN}, -1 if not known. */
    private int reservedPage = -1;

    /** Counts mapped files and the turns of the upkeep thread, by which idleness is measured. */
    public static final class Usage {
        private final AtomicInteger mappedCount = new AtomicInteger();
        private volatile int tick;

        public int mappedCount() {
            return mappedCount.get();
        }

        /** One turn of the upkeep thread. */
        // Only the upkeep thread advances it.
        @SuppressWarnings("NonAtomicVolatileUpdate")
        public void advance() {
            tick++;
        }
    }

    private LazyFile(Disk disk, Path path, int length, Usage usage, boolean isCreated) {
        this.disk = disk;
        this.path = path;
        this.length = length;
        this.usage = usage;
        this.isCreated = isCreated;
    }

    public static LazyFile existing(Disk disk, Path path, int length, Usage usage) {
        return new LazyFile(disk, path, length, usage, true);
    }

    /** A file that is created at its first use. */
    public static LazyFile absent(Disk disk, Path path, int length, Usage usage) {
        return new LazyFile(disk, path, length, usage, false);
    }

    public Path path() {
        return path;
    }

    /** Maps the file if need be; null if it was removed. Every non-null answer needs one {@link #release}. */
    public @Nullable ByteBuffer acquire() {
        while (true) {
            int now = state;
            if (now >= 0) {
                if (STATE.compareAndSet(this, now, now + 1)) {
                    return buffer;
                }
            } else if (now == REMOVED) {
                return null;
            } else if (now == UNMAPPED && STATE.compareAndSet(this, UNMAPPED, BUSY)) {
                return map();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    public void release() {
        lastTick = usage.tick;
        int left = STATE.decrementAndGet(this);
        if (left < 0) {
            throw new AssertionError("file " + path + " was released more often than acquired: " + left);
        }
    }

    /**
     * The thread that writes, between {@link #acquire} and {@link #release}: makes sure that these bytes have their blocks.
     *
     * @throws dev.millrace.store.DiskFullException if there is no space for them
     */
    public void reserve(int from, int bytes) {
        int page = from / PAGE_BYTES_MIN;
        if (page == reservedPage && (from + bytes - 1) / PAGE_BYTES_MIN == page) {
            return;
        }
        MappedFile file = mapped;
        if (file != null) {
            file.reserve(from, bytes);
            reservedPage = page;
        }
    }

    /** Forces the bytes if the file is mapped or was; it is mapped for that if need be. */
    public void force(int from, int bytes) {
        if (acquire() != null) {
            try {
                MappedFile file = mapped;
                if (file != null) {
                    file.force(from, bytes);
                }
            } finally {
                release();
            }
        }
    }

    /** Unmaps if nobody uses the file and nobody did for {@code ticksMin} turns. */
    public boolean unmapIfIdle(int ticksMin) {
        if (state != 0 || usage.tick - lastTick < ticksMin || !STATE.compareAndSet(this, 0, BUSY)) {
            return false;
        }
        unmap();
        state = UNMAPPED;
        return true;
    }

    /** Deletes the file unless somebody uses it. */
    public boolean remove() {
        if (state == REMOVED) {
            return true;
        }
        if (STATE.compareAndSet(this, 0, BUSY)) {
            unmap();
        } else if (!STATE.compareAndSet(this, UNMAPPED, BUSY)) {
            return false;
        }
        disk.delete(path);
        state = REMOVED;
        return true;
    }

    /** Makes the bytes from {@code from} to the end zero; nobody may use the file. */
    public void zeroFrom(int from) {
        if (!unmapIfIdle(0) && state != UNMAPPED) {
            throw new AssertionError("file " + path + " is cut while in use, state " + state);
        }
        if (isCreated) {
            disk.zeroFrom(path, from, Disk.Allocation.SPARSE);
        }
    }

    private ByteBuffer map() {
        try {
            MappedFile file = isCreated
                    ? disk.open(path, Disk.Allocation.SPARSE)
                    : disk.create(path, length, Disk.Allocation.SPARSE);
            ByteBuffer view = file.memory().asByteBuffer();
            isCreated = true;
            mapped = file;
            buffer = view;
            lastTick = usage.tick;
            usage.mappedCount.incrementAndGet();
            state = 1;
            return view;
        } finally {
            STATE.compareAndSet(this, BUSY, UNMAPPED);
        }
    }

    private void unmap() {
        MappedFile file = mapped;
        mapped = null;
        buffer = null;
        reservedPage = -1;
        if (file != null) {
            usage.mappedCount.decrementAndGet();
            file.close();
        }
    }
}
