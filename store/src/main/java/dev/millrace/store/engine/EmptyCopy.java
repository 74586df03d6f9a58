package dev.millrace.store.engine;

import dev.millrace.store.Disk;
import dev.millrace.store.MappedFile;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreException;
import dev.millrace.store.epoch.EpochFile;
import dev.millrace.store.epoch.EpochHistory;
import dev.millrace.store.file.FileNames;
import dev.millrace.store.recovery.StoreFolder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Lets the log of a copy that holds no record begin where its master's log begins, which lost its start to retention.
 *
 * <p>Owner: the calling thread, while the store is closed. Crash behaviour: whatever is left is an empty log; it can be
 * done again.
 */
final class EmptyCopy {
    private final StoreConfig config;
    private final Disk disk;
    private final StoreFolder folder;

    private EmptyCopy(StoreConfig config, Disk disk, StoreFolder folder) {
        this.config = config;
        this.disk = disk;
        this.folder = folder;
    }

    static void beginAt(StoreConfig config, Disk disk, long position, EpochHistory history) {
        if (position < 0 || position % config.segmentBytes() != 0) {
            throw new StoreException("a log cannot begin at position " + position + ", its segments have "
                    + config.segmentBytes()
                    + " bytes; take the start of a segment, and the same store.segment-size in all"
                    + " copies");
        }
        Path epochs = GroupFiles.epochsOf(disk, config.path());
        try (StoreFolder folder = StoreFolder.lock(disk, config.path())) {
            new EmptyCopy(config, disk, folder).restart(position);
            EpochFile.open(disk, epochs).replaceAll(history.cutAt(position));
        }
    }

    private void restart(long position) {
        List<String> names = disk.list(folder.commitLog()).stream()
                .filter(FileNames::isSegment)
                .toList();
        names.forEach(this::requireEmpty);
        for (String name : names.reversed()) {
            disk.delete(folder.commitLog().resolve(name));
            // Names go in order, or a crash would leave a hole.
            disk.forceFolder(folder.commitLog());
        }
        Path first = folder.commitLog().resolve(FileNames.of(position));
        disk.create(first, config.segmentBytes(), Disk.Allocation.RESERVED).close();
        disk.forceFolder(folder.commitLog());
    }

    private void requireEmpty(String name) {
        Path file = folder.commitLog().resolve(name);
        if (disk.length(file) < Long.BYTES) {
            return;
        }
        try (MappedFile mapped = disk.open(file, Disk.Allocation.RESERVED)) {
            ByteBuffer bytes = mapped.memory().asByteBuffer();
            if (bytes.getLong(0) != 0) {
                throw new StoreException(
                        "segment " + file + " holds records, so this log cannot begin elsewhere; give this"
                                + " copy an empty folder so that it copies everything from the master");
            }
        }
    }
}
