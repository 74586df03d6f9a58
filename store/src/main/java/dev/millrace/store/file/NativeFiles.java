package dev.millrace.store.file;

import dev.millrace.store.Disk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the C library that Java lacks: reserving and clearing blocks of a file without writing them. Where they are
 * missing the answers are false and the caller writes zeros.
 *
 * <p>Thread-safe: immutable.
 */
final class NativeFiles {
    private static final int OPEN_READ_WRITE = 2;
    private static final int OPEN_CREATE = 0x40;
    private static final int OPEN_TRUNCATE = 0x200;
    private static final int RIGHTS = 0644;
    private static final int KEEP_SIZE_AND_PUNCH_HOLE = 0x3;
    private static final int KEEP_SIZE_AND_ZERO_RANGE = 0x11;
    private static final int ADVICE_RANDOM = 1;
    /** Since Linux 5.14: makes the pages of a mapping writable, or says that a write would fault. */
    private static final int ADVICE_POPULATE_WRITE = 23;

    private static final int OVER_SIZE_LIMIT = 27;
    private static final int NO_SPACE = 28;
    private static final int OVER_QUOTA = 122;

    private final @Nullable Calls calls;
    /** 0 if blocks behind a mapping cannot be asked for. */
    private final int pageBytes;

    private record Calls(
            MethodHandle open,
            MethodHandle close,
            MethodHandle posixFallocate,
            MethodHandle fallocate,
            MethodHandle madvise,
            MethodHandle pageSize) {}

    private NativeFiles(@Nullable Calls calls) {
        this.calls = calls;
        this.pageBytes = calls == null ? 0 : pageBytesForBlocks(calls);
    }

    /** The size of a page, 0 on systems that do not know the advice: there a full disk makes a write fault. */
    private static int pageBytesForBlocks(Calls calls) {
        try (Arena arena = Arena.ofConfined()) {
            int bytes = (int) calls.pageSize.invokeExact();
            MemorySegment page = arena.allocate(bytes, bytes);
            int result = (int) calls.madvise.invokeExact(page.address(), (long) bytes, ADVICE_POPULATE_WRITE);
            return result == 0 ? bytes : 0;
        } catch (Throwable e) {
            throw new AssertionError("asking for the size of a page failed", e);
        }
    }

    /** Bytes of the pieces in which {@link #blocks} works, 0 if it does not. */
    int pageBytes() {
        return pageBytes;
    }

    /** Gives a page of a mapped file its block, false if there is no space for it or the disk fails; allocates nothing. */
    boolean blocks(long address, long bytes) {
        Calls c = calls;
        try {
            return c == null || (int) c.madvise.invokeExact(address, bytes, ADVICE_POPULATE_WRITE) == 0;
        } catch (Throwable e) {
            throw new AssertionError("madvise of a page failed", e);
        }
    }

    static NativeFiles load() {
        return new NativeFiles(link());
    }

    /** Creates the file with all its blocks, false if the system cannot. */
    boolean reserve(Path file, long length) throws IOException {
        int flags = OPEN_READ_WRITE | OPEN_CREATE | OPEN_TRUNCATE;
        int error = onFile(file, flags, (c, fd) -> (int) c.posixFallocate.invokeExact(fd, 0L, length));
        if (error == NO_SPACE || error == OVER_QUOTA || error == OVER_SIZE_LIMIT) {
            throw new OutOfSpace("posix_fallocate of " + length + " bytes returned " + error);
        }
        return error == 0;
    }

    /** Makes a range of the file zero, false if the system cannot. */
    boolean zero(Path file, long from, long length, Disk.Allocation allocation) {
        int mode = allocation == Disk.Allocation.SPARSE ? KEEP_SIZE_AND_PUNCH_HOLE : KEEP_SIZE_AND_ZERO_RANGE;
        return onFile(file, OPEN_READ_WRITE, (c, fd) -> (int) c.fallocate.invokeExact(fd, mode, from, length)) == 0;
    }

    /**
     * Says that a mapping is touched here and there: otherwise the first touch of a page makes the kernel read, or for a
     * hole make, the whole read-ahead window around it, up to megabytes.
     */
    void expectRandomAccess(MemorySegment mapping) {
        Calls c = calls;
        if (c != null && mapping.byteSize() > 0) {
            try {
                // An advice that is refused changes nothing.
                int ignored = (int) c.madvise.invokeExact(mapping.address(), mapping.byteSize(), ADVICE_RANDOM);
            } catch (Throwable e) {
                throw new AssertionError("madvise of " + mapping.byteSize() + " bytes failed", e);
            }
        }
    }

    /** One call on an open file. */
    private interface FileCall {
        int on(Calls calls, int fd) throws Throwable;
    }

    /** Result of the call, -1 if it could not be made. */
    private int onFile(Path file, int flags, FileCall call) {
        Calls c = calls;
        if (c == null) {
            return -1;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(file.toString());
            int fd = (int) c.open.invokeExact(path, flags, RIGHTS);
            if (fd < 0) {
                return -1;
            }
            int result = call.on(c, fd);
            int closed = (int) c.close.invokeExact(fd);
            return closed == 0 ? result : -1;
        } catch (Throwable e) {
            throw new AssertionError("call of the C library for " + file + " failed", e);
        }
    }

    // The linker is restricted since a wrong signature crashes the process; these six are POSIX and Linux.
    @SuppressWarnings("restricted")
    private static @Nullable Calls link() {
        Linker linker = Linker.nativeLinker();
        SymbolLookup lookup = linker.defaultLookup();
        // Only Linux has both; the numbers above are Linux's too.
        if (lookup.find("posix_fallocate").isEmpty() || lookup.find("fallocate").isEmpty()) {
            return null;
        }
        return new Calls(
                linker.downcallHandle(
                        lookup.findOrThrow("open"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(2)),
                linker.downcallHandle(
                        lookup.findOrThrow("close"), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)),
                linker.downcallHandle(
                        lookup.findOrThrow("posix_fallocate"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG)),
                linker.downcallHandle(
                        lookup.findOrThrow("fallocate"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG)),
                linker.downcallHandle(
                        lookup.findOrThrow("madvise"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT)),
                linker.downcallHandle(lookup.findOrThrow("getpagesize"), FunctionDescriptor.of(ValueLayout.JAVA_INT)));
    }
}
