package dev.millrace.broker.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Small files in a folder that processes of one machine share: read whole, replaced whole, and changed by one process at a
 * time.
 *
 * <p>Thread-safe: a lock of the operating system between processes, a semaphore within one. Crash behaviour: a reader finds
 * the old content or the new one, whole; the lock of a dead process is free. A process that is stopped while it has the lock
 * keeps others from writing, not from reading.
 */
final class SharedFolder {
    private static final String LOCK = "lock";
    private static final long LOCK_WAIT_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOCK_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** A process loses its lock on a file when it closes any channel of that file, so it may have only one. */
    private static final Map<Path, Semaphore> OWN = new ConcurrentHashMap<>();

    private final Path folder;
    private final LongSupplier nanos;

    /** What is done under the lock. */
    @FunctionalInterface
    interface Action<T> {
        T run() throws IOException;
    }

    /** @param nanos monotonic clock, for how long the lock is waited for */
    SharedFolder(Path folder, LongSupplier nanos) {
        this.folder = folder.toAbsolutePath().normalize();
        this.nanos = nanos;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** Makes the folder, and its entry durable in the one above. */
    void create() {
        try {
            Files.createDirectories(folder);
            Path above = folder.getParent();
            if (above != null) {
                force(above);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** The whole content; empty if there is no such file. */
    Optional<byte[]> read(String name) {
        try {
            return Optional.of(Files.readAllBytes(file(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Replaces the file; the content is forced under another name before it takes this one. Only under the lock. */
    void replace(String name, byte[] content) throws IOException {
        Path fresh = file(name + ".tmp");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(folder);
    }

    /** Only under the lock. */
    void remove(String name) throws IOException {
        Files.deleteIfExists(file(name));
        force(folder);
    }

    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Runs the action while no other process or thread does so in this folder.
     *
     * @throws RecordStoreException if the lock was not free in time, or on an I/O error, also of the action
     */
    <T> T locked(Action<T> action) {
        long deadline = nanos.getAsLong() + LOCK_WAIT_NANOS;
        Semaphore own = OWN.computeIfAbsent(folder, path -> new Semaphore(1));
        try {
            if (!own.tryAcquire(LOCK_WAIT_NANOS, TimeUnit.NANOSECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RecordStoreException("interrupted while waiting for the lock of " + folder + "; try again", e);
        }
        try (FileChannel channel = FileChannel.open(file(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            awaitLock(channel, deadline);
            return action.run();
        } catch (IOException e) {
            throw failed(e);
        } finally {
            own.release();
        }
    }

    /** The lock ends with the channel. */
    private void awaitLock(FileChannel channel, long deadline) throws IOException {
        FileLock lock = channel.tryLock();
        while (lock == null) {
            if (nanos.getAsLong() - deadline > 0) {
                throw busy();
            }
            LockSupport.parkNanos(LOCK_STEP_NANOS);
            lock = channel.tryLock();
        }
    }

    private RecordStoreException busy() {
        return new RecordStoreException(
                "the lock of " + folder + " was not free within " + TimeUnit.NANOSECONDS.toSeconds(LOCK_WAIT_NANOS)
                        + " s; look for a process of the group that is stopped, and continue or kill it",
                null);
    }

    private RecordStoreException failed(IOException e) {
        String remedy = Files.isDirectory(folder)
                ? "free space, or make the folder readable and writable for this user"
                : "the folder is gone: put it back from a backup";
        return new RecordStoreException("record store " + folder + ": " + reason(e) + "; " + remedy, e);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied for " + denied.getFile();
            case NoSuchFileException missing -> "no file " + missing.getFile();
            case FileSystemException named -> String.valueOf(named.getMessage());
            default -> e.getClass().getSimpleName() + " " + e.getMessage();
        };
    }
}
