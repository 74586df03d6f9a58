package dev.millrace.store.file;

import dev.millrace.store.DiskFullException;
import dev.millrace.store.MappedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * One mapped file of this machine.
 *
 * <p>The first write to a page of a mapping that has no page in memory costs the kernel about ten times what it costs to
 * write the same page by a call, which makes many pages at once; so pages that will be written are first written as
 * zeros by calls.
 *
 * <p>Thread-safe as {@link MappedFile} says; {@code channel}, {@code zeros} and {@code blocks} belong to the
 * thread that writes.
 */
final class LocalMapping implements MappedFile {
    private static final int ZEROS_BYTES = 1 << 18;

    private final Path file;
    private final Arena arena;
    private final MemorySegment memory;
    private final NativeFiles natives;
    private final boolean mayLackBlocks;
    private @Nullable FileChannel channel;
    private @Nullable ByteBuffer zeros;
    /** One bit a page that is known to have its block; null before the first write. */
    private long @Nullable [] blocks;

    /** @param isSparse whether blocks may be missing */
    LocalMapping(Path file, Arena arena, MemorySegment memory, NativeFiles natives, boolean isSparse) {
        this.file = file;
        this.arena = arena;
        this.memory = memory;
        this.natives = natives;
        this.mayLackBlocks = isSparse && natives.pageBytes() > 0;
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public void force(long from, long length) {
        try {
            memory.asSlice(from, length).force();
        } catch (UncheckedIOException e) {
            throw LocalDisk.failed("force bytes " + from + ".." + (from + length) + " of", file, e.getCause());
        }
    }

    @Override
    public void expectWrites(long from, long length) {
        try {
            FileChannel target = channel;
            ByteBuffer source = zeros;
            if (target == null || source == null) {
                target = FileChannel.open(file, StandardOpenOption.WRITE);
                source = ByteBuffer.allocateDirect(ZEROS_BYTES);
                channel = target;
                zeros = source;
            }
            long at = from;
            long end = from + length;
            while (at < end) {
                source.clear().limit((int) Math.min(ZEROS_BYTES, end - at));
                at += target.write(source, at);
            }
            if (end == memory.byteSize()) {
                closeChannel();
            }
        } catch (IOException e) {
            throw LocalDisk.failedOrFull("write bytes " + from + ".." + (from + length) + " of", file, length, e);
        }
    }

    /** A write to a page without a block would fault, which Java reports as an InternalError at some later point. */
    @Override
    public void reserve(long from, long length) {
        if (!mayLackBlocks) {
            return;
        }
        long pageBytes = natives.pageBytes();
        long last = (from + length - 1) / pageBytes;
        for (long page = from / pageBytes; page <= last; page++) {
            reservePage(page, pageBytes);
        }
    }

    private void reservePage(long page, long pageBytes) {
        long[] known = blocks;
        if (known == null) {
            known = new long[(int) (memory.byteSize() / pageBytes / Long.SIZE + 1)];
            blocks = known;
        }
        int word = (int) (page / Long.SIZE);
        long bit = 1L << page;
        if ((known[word] & bit) != 0) {
            return;
        }
        long at = page * pageBytes;
        if (!natives.blocks(memory.address() + at, Math.min(pageBytes, memory.byteSize() - at))) {
            throw new DiskFullException(
                    "no space left for bytes " + at + ".." + (at + pageBytes) + " of " + file
                            + "; free space or add disk, or look whether the disk fails",
                    null);
        }
        known[word] |= bit;
    }

    @Override
    public void close() {
        try {
            closeChannel();
        } catch (IOException e) {
            throw LocalDisk.failed("close", file, e);
        } finally {
            arena.close();
        }
    }

    private void closeChannel() throws IOException {
        FileChannel open = channel;
        channel = null;
        zeros = null;
        if (open != null) {
            open.close();
        }
    }
}
