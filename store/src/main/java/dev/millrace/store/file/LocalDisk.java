package dev.millrace.store.file;

import dev.millrace.store.Disk;
import dev.millrace.store.DiskFullException;
import dev.millrace.store.MappedFile;
import dev.millrace.store.StoreException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The file system of this machine. Thread-safe. Channels are closed once a file is mapped. */
public final class LocalDisk implements Disk {
    private static final int ZEROS_BYTES = 1 << 20;

    /** What the system says when a file cannot grow: full disk, quota, limit of the process. */
    private static final List<String> NO_SPACE = List.of("No space left", "quota exceeded", "File too large");

    /**
     * Locked by this process. A lock of the system belongs to the process and ends when any channel on its file is closed,
     * so nobody may open a locked one again.
     */
    private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

    private final NativeFiles natives = NativeFiles.load();

    @Override
    public void createFolders(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw failedOrFull("create the folder", folder, 0, e);
        }
    }

    @Override
    public List<String> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw failed("list the folder", folder, e);
        }
    }

    @Override
    public boolean exists(Path file) {
        return Files.exists(file);
    }

    @Override
    public long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw failed("read the length of", file, e);
        }
    }

    @Override
    public MappedFile create(Path file, long length, Allocation allocation) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            createFolders(folder);
        }
        try {
            if (allocation == Allocation.RESERVED) {
                reserve(file, length);
            } else {
                extend(file, length);
            }
        } catch (IOException e) {
            delete(file);
            throw failedOrFull("create", file, length, e);
        }
        return open(file, allocation);
    }

    @Override
    public MappedFile open(Path file, Allocation allocation) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
            if (allocation == Allocation.SPARSE) {
                natives.expectRandomAccess(memory);
            }
            return new LocalMapping(file, arena, memory, natives, allocation == Allocation.SPARSE);
        } catch (IOException e) {
            arena.close();
            throw failed("map", file, e);
        }
    }

    @Override
    public void zeroFrom(Path file, long from, Allocation allocation) {
        long length = length(file);
        if (from >= length || natives.zero(file, from, length - from, allocation)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            writeZeros(channel, from, length);
        } catch (IOException e) {
            throw failedOrFull("write zeros to", file, length - from, e);
        }
    }

    @Override
    public void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed("delete", file, e);
        }
    }

    @Override
    public void rename(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failed("rename to " + to + " the file", from, e);
        }
    }

    @Override
    public void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (NoSuchFileException e) {
            throw failed("find the folder", folder, e);
        } catch (IOException e) {
            throw failed("force the folder", folder, e);
        }
    }

    @Override
    public void writeText(Path file, String text) {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            throw failedOrFull("write", file, text.length(), e);
        }
    }

    @Override
    public String readText(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw failed("read", file, e);
        }
    }

    @Override
    public Optional<Lock> lock(Path file) {
        Path own;
        try {
            Path folder = file.toAbsolutePath().getParent();
            own = folder == null ? file : folder.toRealPath().resolve(file.getFileName());
        } catch (IOException e) {
            throw failed("lock", file, e);
        }
        if (!LOCKED.add(own)) {
            return Optional.empty();
        }
        boolean isLocked = false;
        try {
            Optional<Lock> lock = lockForProcess(file, own);
            isLocked = lock.isPresent();
            return lock;
        } finally {
            if (!isLocked) {
                LOCKED.remove(own);
            }
        }
    }

    private static Optional<Lock> lockForProcess(Path file, Path own) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                channel.close();
                return Optional.empty();
            }
            channel.write(StandardCharsets.UTF_8.encode("lock"), 0);
            return Optional.of(() -> unlock(file, channel, own));
        } catch (IOException e) {
            throw failed("lock", file, e);
        }
    }

    @Override
    public Space space(Path folder) {
        try {
            FileStore store = Files.getFileStore(folder);
            return new Space(store.getTotalSpace(), store.getUsableSpace());
        } catch (IOException e) {
            throw failed("read the free space of", folder, e);
        }
    }

    private void reserve(Path file, long length) throws IOException {
        if (natives.reserve(file, length)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            writeZeros(channel, 0, length);
        }
    }

    private static void extend(Path file, long length) throws IOException {
        // A channel can only extend by writing, which would cost a block.
        try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
            target.setLength(0);
            target.setLength(length);
        }
    }

    static void writeZeros(FileChannel channel, long from, long to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
        long at = from;
        while (at < to) {
            zeros.clear().limit((int) Math.min(ZEROS_BYTES, to - at));
            at += channel.write(zeros, at);
        }
    }

    private static void unlock(Path file, FileChannel channel, Path own) {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed("unlock", file, e);
        } finally {
            LOCKED.remove(own);
        }
    }

    static StoreException failedOrFull(String what, Path file, long bytes, IOException cause) {
        String said = String.valueOf(cause.getMessage());
        if (cause instanceof OutOfSpace || NO_SPACE.stream().anyMatch(said::contains)) {
            return new DiskFullException(
                    "no space left to " + what + " " + file + " of " + bytes + " bytes: " + said
                            + "; free space, add disk or raise the limit",
                    cause);
        }
        return failed(what, file, cause);
    }

    static StoreException failed(String what, Path file, @Nullable Throwable cause) {
        return new StoreException(
                "cannot " + what + " " + file + ": " + cause + "; check the disk and the rights on it", cause);
    }
}
