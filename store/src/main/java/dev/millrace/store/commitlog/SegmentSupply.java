package dev.millrace.store.commitlog;

import dev.millrace.store.Disk;
import dev.millrace.store.MappedFile;
import dev.millrace.store.file.FileNames;
import dev.millrace.store.file.LogSegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Makes the next segment of the log, usually before it is needed.
 *
 * <pre>
 * EMPTY --prepare (upkeep) | take (commit-log)--&gt; MAKING --&gt; READY --take--&gt; EMPTY
 * </pre>
 *
 * <p>Thread-safe: whoever moved EMPTY to MAKING owns {@code nextBase} and the file until it moves on. Crash behaviour: a
 * segment that was made and not used is full of zeros; recovery keeps or removes it.
 */
public final class SegmentSupply {
    private enum Stage {
        EMPTY,
        MAKING,
        READY
    }

    private final Disk disk;
    private final Path folder;
    private final int segmentBytes;
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.EMPTY);
    private volatile @Nullable LogSegment ready;
    private volatile long madeLateCount;
    private long nextBase;

    public SegmentSupply(Disk disk, Path folder, int segmentBytes, long nextBase) {
        this.disk = disk;
        this.folder = folder;
        this.segmentBytes = segmentBytes;
        this.nextBase = nextBase;
    }

    /** Segments that were not ready when needed. */
    public long madeLateCount() {
        return madeLateCount;
    }

    /**
     * Upkeep thread: makes the next segment unless it is there or being made.
     *
     * @throws dev.millrace.store.DiskFullException if there is no space for it
     */
    public boolean prepare() {
        if (!stage.compareAndSet(Stage.EMPTY, Stage.MAKING)) {
            return false;
        }
        Stage after = Stage.EMPTY;
        try {
            ready = make();
            after = Stage.READY;
            return true;
        } finally {
            stage.set(after);
        }
    }

    /**
     * Commit-log thread: the next segment, made now if nobody did; null while another thread makes it.
     *
     * @throws dev.millrace.store.DiskFullException if there is no space for it
     */
    // Only the commit-log thread counts.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    @Nullable
    LogSegment take() {
        if (stage.compareAndSet(Stage.EMPTY, Stage.MAKING)) {
            try {
                madeLateCount++;
                return make();
            } finally {
                stage.set(Stage.EMPTY);
            }
        }
        if (stage.get() != Stage.READY) {
            return null;
        }
        LogSegment segment = ready;
        ready = null;
        stage.set(Stage.EMPTY);
        return segment;
    }

    /**
     * Commit-log thread, before segments leave the end of the log: removes the one that was made, and lets nobody make one
     * until {@link #resumeAt}. False while another thread makes one.
     */
    boolean suspend() {
        if (stage.get() == Stage.MAKING) {
            return false;
        }
        if (!stage.compareAndSet(Stage.EMPTY, Stage.MAKING) && !stage.compareAndSet(Stage.READY, Stage.MAKING)) {
            return false;
        }
        LogSegment segment = ready;
        ready = null;
        if (segment != null) {
            discard(segment);
        }
        return true;
    }

    /** Commit-log thread: removes a segment that was taken and not used. */
    void discard(LogSegment segment) {
        segment.unmap();
        disk.delete(segment.file());
        // Names go in order, or a crash would leave a hole.
        disk.forceFolder(folder);
    }

    /** Commit-log thread: the next segment begins here. */
    void resumeAt(long base) {
        nextBase = base;
        stage.set(Stage.EMPTY);
    }

    /** At the end of the store, after its threads: removes a segment that was not used. */
    public void close() {
        LogSegment segment = ready;
        if (segment != null) {
            ready = null;
            segment.unmap();
            disk.delete(segment.file());
        }
    }

    private LogSegment make() {
        Path file = folder.resolve(FileNames.of(nextBase));
        if (disk.exists(file)) {
            throw new AssertionError("segment " + file + " to be made is there already");
        }
        MappedFile mapped = disk.create(file, segmentBytes, Disk.Allocation.RESERVED);
        // Before anything in it is acknowledged its name must be durable.
        disk.forceFolder(folder);
        LogSegment segment = new LogSegment(file, nextBase, mapped);
        nextBase += segmentBytes;
        return segment;
    }
}
