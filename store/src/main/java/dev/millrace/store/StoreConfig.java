package dev.millrace.store;

import dev.millrace.protocol.config.ByteSize;
import dev.millrace.protocol.config.Change;
import dev.millrace.protocol.config.Setting;
import dev.millrace.protocol.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Settings of a store.
 *
 * <p>Thread-safe: immutable.
 */
public record StoreConfig(
        @Setting(
                key = "store.path",
                defaultValue = Setting.REQUIRED,
                change = Change.IMMUTABLE,
                description = "Folder of the store. A folder written by Apache RocketMQ 5.x can be opened.")
        Path path,
        // As RocketMQ: its folders open.
        @Setting(
                key = "store.segment-size",
                defaultValue = "1GiB",
                change = Change.IMMUTABLE,
                min = "4KiB",
                max = "1GiB",
                description =
                        "Size of a commit-log segment, a multiple of 4 KiB; reserved on the disk when it is made.")
        ByteSize segmentSize,
        // Replication protects against the loss of one machine.
        @Setting(
                key = "store.flush.mode",
                defaultValue = "ASYNC",
                change = Change.RESTART,
                description = "SYNC: a send is acknowledged when it is on disk. ASYNC: when it is in the log's memory.")
        FlushMode flushMode,
        // Bounds what a power cut of all machines takes.
        @Setting(
                key = "store.flush.interval",
                defaultValue = "500ms",
                change = Change.RESTART,
                min = "1ms",
                max = "1h",
                description = "How often the log is forced to disk with ASYNC.")
        Duration flushInterval,
        // A body of 4 MiB and what surrounds it.
        @Setting(
                key = "store.record-size-max",
                defaultValue = "4160KiB",
                change = Change.RESTART,
                min = "91B",
                max = "16MiB",
                description = "Largest record: body, properties and about 100 bytes; smaller than a segment.")
        ByteSize recordSizeMax,
        // A few milliseconds of work for the owner of the log.
        @Setting(
                key = "store.inbox-count",
                defaultValue = "8192",
                change = Change.RESTART,
                min = "1",
                max = "1048576",
                description = "Appends that wait for the log; one more is refused as busy.")
        int inboxCount,
        // Queries by key are part of the product.
        @Setting(
                key = "store.index-enabled",
                defaultValue = "true",
                change = Change.RESTART,
                description = "Whether messages can be found by key and unique id; costs about 20 bytes a key.")
        boolean indexEnabled,
        // A long weekend.
        @Setting(
                key = "store.retention",
                defaultValue = "72h",
                change = Change.RESTART,
                min = "1s",
                max = "87600h",
                description = "Segments whose last write is older are deleted, read or not.")
        Duration retention,
        // Leaves time before sends are refused.
        @Setting(
                key = "store.disk.clean-ratio",
                defaultValue = "0.75",
                change = Change.RESTART,
                min = "0.01",
                max = "1",
                description = "Used part of the disk above which the oldest segments are deleted whatever their age.")
        double diskCleanRatio,
        // A file system slows down when nearly full.
        @Setting(
                key = "store.disk.full-ratio",
                defaultValue = "0.90",
                change = Change.RESTART,
                min = "0.01",
                max = "1",
                description = "Used part of the disk above which sends are refused until space is back.")
        double diskFullRatio,
        // Queues and index grow a little behind the log.
        @Setting(
                key = "store.disk.reserve",
                defaultValue = "2GiB",
                change = Change.RESTART,
                description = "Free bytes below which sends are refused until space is back.")
        ByteSize diskReserve,
        // Bounds what is derived again after a crash.
        @Setting(
                key = "store.derived-flush-interval",
                defaultValue = "60s",
                change = Change.RESTART,
                min = "1s",
                max = "1h",
                description = "How often consume queues and index are forced to disk and the checkpoint is written.")
        Duration derivedFlushInterval,
        // About what a small machine caches.
        @Setting(
                key = "store.cold-distance",
                defaultValue = "4GiB",
                change = Change.RESTART,
                description = "Bytes behind the end of the log from which on reads are treated as cold.")
        ByteSize coldDistance,
        // A damaged log is a decision for a person.
        @Setting(
                key = "store.recovery.truncate",
                defaultValue = "false",
                change = Change.RESTART,
                description = "Cuts a damaged log at its last whole record at the start in place of refusing it;"
                        + " what follows is lost.")
        boolean truncateAtRecovery) {

    private static final int PAGE_BYTES = 4096;
    /** What a segment keeps free for the record that fills its end. */
    private static final int END_BYTES = 8;

    public StoreConfig {
        require(
                segmentSize.bytes() % PAGE_BYTES == 0,
                "store.segment-size=" + segmentSize + " is no multiple of 4KiB; round it");
        require(
                recordSizeMax.bytes() <= segmentSize.bytes() - END_BYTES,
                "store.record-size-max=" + recordSizeMax + " does not fit a segment of " + segmentSize
                        + "; make it smaller, or store.segment-size larger");
        require(
                diskFullRatio >= diskCleanRatio,
                "store.disk.full-ratio=" + diskFullRatio + " is below store.disk.clean-ratio=" + diskCleanRatio
                        + "; make it larger");
    }

    private static void require(boolean holds, String fault) {
        if (!holds) {
            throw new IllegalArgumentException(fault);
        }
    }

    /** The defaults for this folder. */
    public static StoreConfig defaults(Path path) {
        return Settings.bind(StoreConfig.class, Map.of("store.path", path.toString()));
    }

    public long segmentBytes() {
        return segmentSize.bytes();
    }

    public int recordBytesMax() {
        return recordSizeMax.toInt();
    }

    public long diskReserveBytes() {
        return diskReserve.bytes();
    }

    public long coldBytes() {
        return coldDistance.bytes();
    }
}
