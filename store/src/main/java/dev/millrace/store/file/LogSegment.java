package dev.millrace.store.file;

import dev.millrace.store.MappedFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One file of the commit log, mapped from creation until nobody holds it.
 *
 * <p>Thread-safe: {@code holders} counts the log itself and each reader; bytes below the log's appended position do not
 * change. Owner of the bytes above and of {@code expectedEnd}: the commit-log thread.
 */
public final class LogSegment {
    /** Ahead of the appends; small enough to be overwritten before the system writes it out. */
    private static final int AHEAD_BYTES = 1 << 20;

    private final Path file;
    private final long basePosition;
    private final int length;
    private final MappedFile mapped;
    private final ByteBuffer buffer;
    private final AtomicInteger holders = new AtomicInteger(1);
    private int expectedEnd;

    public LogSegment(Path file, long basePosition, MappedFile mapped) {
        this.file = file;
        this.basePosition = basePosition;
        this.mapped = mapped;
        this.buffer = mapped.memory().asByteBuffer();
        this.length = buffer.capacity();
    }

    public Path file() {
        return file;
    }

    public long basePosition() {
        return basePosition;
    }

    public int length() {
        return length;
    }

    public long endPosition() {
        return basePosition + length;
    }

    /** Big-endian view of the whole file for absolute access; nobody moves its position. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Commit-log thread: bytes from {@code at} on are about to be written for the first time. */
    public void expectWrites(int at, int bytes) {
        if (at + bytes > expectedEnd) {
            int from = Math.max(at, expectedEnd);
            int ahead = Math.min(length - from, Math.max(at + bytes - from, AHEAD_BYTES));
            mapped.expectWrites(from, ahead);
            expectedEnd = from + ahead;
        }
    }

    /** Commit-log thread: makes bytes zero. */
    public void clear(int from, int to) {
        mapped.memory().asSlice(from, to - from).fill((byte) 0);
    }

    public void force(long from, long bytes) {
        mapped.force(from, bytes);
    }

    /** Read-only view of its own; valid while the segment is held. */
    public ByteBuffer slice(int from, int bytes) {
        return buffer.slice(from, bytes).asReadOnlyBuffer();
    }

    /** Takes hold; false if the segment was removed from the log and its last holder is gone. */
    public boolean hold() {
        int now = holders.get();
        while (now > 0) {
            if (holders.compareAndSet(now, now + 1)) {
                return true;
            }
            now = holders.get();
        }
        return false;
    }

    public void release() {
        int left = holders.decrementAndGet();
        if (left < 0) {
            throw new AssertionError("segment " + file + " was released more often than held: " + left);
        }
    }

    public boolean isFree() {
        return holders.get() == 0;
    }

    /** Unmaps; only once it is free or the store closes. */
    public void unmap() {
        mapped.close();
    }
}
