package dev.millrace.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything the store asks of a file system. {@code store.file.LocalDisk} is the real one.
 *
 * <p>Thread-safe. Failures are {@link StoreException}s; {@link DiskFullException} where space was
 * missing. What is written is durable after {@link MappedFile#force} (bytes) or {@link #forceFolder} (names).
 */
public interface Disk {
    /** How a new file gets its blocks. */
    enum Allocation {
        /** All blocks now: a later write into the mapping cannot run out of space. */
        RESERVED,
        /** A block when it is first written. */
        SPARSE
    }

    /** Size of a partition. */
    record Space(long totalBytes, long freeBytes) {
        public double usedRatio() {
            return totalBytes == 0 ? 0 : 1 - (double) freeBytes / totalBytes;
        }
    }

    /** Right to a folder, held until closed. */
    interface Lock extends AutoCloseable {
        @Override
        void close();
    }

    void createFolders(Path folder);

    /** Names in a folder, sorted; empty if it does not exist. */
    List<String> list(Path folder);

    boolean exists(Path file);

    long length(Path file);

    /** Creates a file of zeros and maps it; an existing one is replaced. */
    MappedFile create(Path file, long length, Allocation allocation);

    /** Maps a whole existing file for reading and writing. A sparse one is read here and there, not from end to end. */
    MappedFile open(Path file, Allocation allocation);

    /** Makes the bytes from {@code from} to the end zero; the file must not be mapped. Not durable by itself. */
    void zeroFrom(Path file, long from, Allocation allocation);

    /** Deletes a file or an empty folder, if it is there. */
    void delete(Path file);

    void rename(Path from, Path to);

    /** Makes created, renamed and deleted names of a folder durable. */
    void forceFolder(Path folder);

    /** Writes and forces a small file. */
    void writeText(Path file, String text);

    String readText(Path file);

    /** Locks a file against other processes and other stores of this one; empty if somebody has it. */
    Optional<Lock> lock(Path file);

    /** Space of the partition that holds this existing folder. */
    Space space(Path folder);
}
