package dev.millrace.store.file;

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
 * <p>Thread-safe as {@link MappedFile} says; {@code channel} and {@code zeros} belong to the thread that writes.
 */
final class LocalMapping implements MappedFile {
    private static final int ZEROS_BYTES = 1 << 18;

    private final Path file;
    private final Arena arena;
    private final MemorySegment memory;
    private @Nullable FileChannel channel;
    private @Nullable ByteBuffer zeros;

    LocalMapping(Path file, Arena arena, MemorySegment memory) {
        this.file = file;
        this.arena = arena;
        this.memory = memory;
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
            throw LocalDisk.failed("write bytes " + from + ".." + (from + length) + " of", file, e);
        }
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
