package dev.millrace.store.recovery;

import dev.millrace.store.Disk;
import dev.millrace.store.StoreException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Paths of a store and its two marks: {@code lock} (held while open, content "lock") and {@code abort} (there while open
 * and after a crash, content is the process id as text).
 *
 * <p>Owner: the thread that opens and closes the store.
 */
public final class StoreFolder implements AutoCloseable {
    private final Disk disk;
    private final Path path;
    private final Disk.Lock lock;
    private final boolean wasCrashed;

    private StoreFolder(Disk disk, Path path, Disk.Lock lock) {
        this.disk = disk;
        this.path = path;
        this.lock = lock;
        this.wasCrashed = disk.exists(abort());
    }

    public static StoreFolder lock(Disk disk, Path path) {
        disk.createFolders(path);
        Optional<Disk.Lock> lock = disk.lock(path.resolve("lock"));
        if (lock.isEmpty()) {
            throw new StoreException("folder " + path + " is in use by another process" + holder(disk, path)
                    + "; stop it or give this store another folder");
        }
        return new StoreFolder(disk, path, lock.get());
    }

    /** The process that runs on the folder, as far as it can be known: a holder that recovers has not named itself yet. */
    private static String holder(Disk disk, Path path) {
        Path abort = path.resolve("abort");
        String named = disk.exists(abort) ? disk.readText(abort).strip() : "";
        boolean isAlive = named.matches("\\d{1,18}")
                && ProcessHandle.of(Long.parseLong(named)).isPresent();
        return isAlive ? ", its abort file names pid " + named : "";
    }

    /** Whether the store was not closed the last time. */
    public boolean wasCrashed() {
        return wasCrashed;
    }

    public Path commitLog() {
        return path.resolve("commitlog");
    }

    public Path queues() {
        return path.resolve("consumequeue");
    }

    public Path index() {
        return path.resolve("index");
    }

    public Path checkpoint() {
        return path.resolve("checkpoint");
    }

    /** From now on the next start counts as one after a crash. */
    public void markRunning() {
        disk.writeText(abort(), Long.toString(ProcessHandle.current().pid()));
        disk.forceFolder(path);
    }

    /** The next start counts as one after a clean end; only once everything is forced. */
    public void markClean() {
        disk.delete(abort());
        disk.forceFolder(path);
    }

    /** Gives the folder free. */
    @Override
    public void close() {
        lock.close();
    }

    private Path abort() {
        return path.resolve("abort");
    }
}
