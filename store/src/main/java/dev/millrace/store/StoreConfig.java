package dev.millrace.store;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings of the store.
 *
 * @param path folder with {@code commitlog/}, {@code consumequeue/} and so on
 * @param segmentBytes size of one file of the commit log; fixed for the life of the folder
 * @param flushMode when bytes are forced
 * @param flushInterval with {@link FlushMode#ASYNC}: how often
 * @param recordBytesMax largest record
 * @param inboxCount append requests that may wait for the commit-log thread
 * @param indexEnabled whether key index files are written
 * @param retention age at which a segment is removed
 * @param diskCleanRatio used part of the partition above which segments are removed before their time
 * @param diskFullRatio used part of the partition above which appends are refused
 * @param diskReserveBytes free bytes below which appends are refused
 * @param derivedFlushInterval how often queues, index and checkpoint are forced
 * @param coldBytes a read further behind the end of the log than this is cold
 * @param truncateAtRecovery cut the log where it was damaged in place of refusing to start
 */
public record StoreConfig(
        Path path,
        long segmentBytes,
        FlushMode flushMode,
        Duration flushInterval,
        int recordBytesMax,
        int inboxCount,
        boolean indexEnabled,
        Duration retention,
        double diskCleanRatio,
        double diskFullRatio,
        long diskReserveBytes,
        Duration derivedFlushInterval,
        long coldBytes,
        boolean truncateAtRecovery) {

    /** Largest segment: a buffer's index is an int. */
    private static final long SEGMENT_BYTES_MAX = 1L << 30;

    private static final long SEGMENT_BYTES_MIN = 4096;

    /**
     * Refuses impossible values and combinations.
     *
     * @throws StoreException with key, value and what is allowed
     */
    public void check() {
        require(
                segmentBytes >= SEGMENT_BYTES_MIN && segmentBytes <= SEGMENT_BYTES_MAX && segmentBytes % 4096 == 0,
                "store.segment-size",
                segmentBytes,
                "a multiple of 4096 between " + SEGMENT_BYTES_MIN + " and " + SEGMENT_BYTES_MAX);
        require(
                recordBytesMax >= 91 && recordBytesMax <= segmentBytes - 8,
                "store.record-size-max",
                recordBytesMax,
                "between 91 and the segment size less 8");
        require(inboxCount >= 1 && inboxCount <= 1 << 20, "store.inbox-count", inboxCount, "between 1 and 1048576");
        require(
                diskCleanRatio > 0 && diskCleanRatio <= 1,
                "store.disk.clean-ratio",
                diskCleanRatio,
                "above 0 and at most 1");
        require(
                diskFullRatio >= diskCleanRatio && diskFullRatio <= 1,
                "store.disk.full-ratio",
                diskFullRatio,
                "between store.disk.clean-ratio and 1");
        require(diskReserveBytes >= 0, "store.disk.reserve", diskReserveBytes, "0 or more");
        require(flushInterval.isPositive(), "store.flush.interval", flushInterval, "positive");
        require(derivedFlushInterval.isPositive(), "store.derived-flush-interval", derivedFlushInterval, "positive");
        require(retention.isPositive(), "store.retention", retention, "positive");
    }

    /** The defaults, each with its reason. */
    public static StoreConfig defaults(Path path) {
        return new StoreConfig(
                path,
                1L << 30, // as RocketMQ: its folders open
                FlushMode.ASYNC, // replication protects against the loss of one machine
                Duration.ofMillis(500), // bounds what a power cut of all machines takes
                (4 << 20) + (64 << 10), // a body of 4 MiB and what surrounds it
                8192, // a few ms of work for the owner
                true, // queries by key are part of the product
                Duration.ofHours(72), // a weekend
                0.75, // leaves time before appends are refused
                0.90, // a file system slows down when nearly full
                2L << 30, // queues and index grow a little behind the log
                Duration.ofSeconds(60), // bounds what is rebuilt after a crash
                4L << 30, // about what a small machine caches
                false); // a damaged log is a decision for a person
    }

    public StoreConfig withSegmentBytes(long bytes) {
        int recordMax = (int) Math.min(recordBytesMax, bytes - 8);
        return copy(bytes, flushMode, flushInterval, recordMax, inboxCount, indexEnabled);
    }

    public StoreConfig withFlush(FlushMode mode, Duration interval) {
        return copy(segmentBytes, mode, interval, recordBytesMax, inboxCount, indexEnabled);
    }

    public StoreConfig withRecordBytesMax(int bytes) {
        return copy(segmentBytes, flushMode, flushInterval, bytes, inboxCount, indexEnabled);
    }

    public StoreConfig withInboxCount(int count) {
        return copy(segmentBytes, flushMode, flushInterval, recordBytesMax, count, indexEnabled);
    }

    public StoreConfig withIndexEnabled(boolean enabled) {
        return copy(segmentBytes, flushMode, flushInterval, recordBytesMax, inboxCount, enabled);
    }

    public StoreConfig withRetention(Duration age) {
        return new StoreConfig(
                path,
                segmentBytes,
                flushMode,
                flushInterval,
                recordBytesMax,
                inboxCount,
                indexEnabled,
                age,
                diskCleanRatio,
                diskFullRatio,
                diskReserveBytes,
                derivedFlushInterval,
                coldBytes,
                truncateAtRecovery);
    }

    public StoreConfig withDiskLimits(double cleanRatio, double fullRatio, long reserveBytes) {
        return new StoreConfig(
                path,
                segmentBytes,
                flushMode,
                flushInterval,
                recordBytesMax,
                inboxCount,
                indexEnabled,
                retention,
                cleanRatio,
                fullRatio,
                reserveBytes,
                derivedFlushInterval,
                coldBytes,
                truncateAtRecovery);
    }

    public StoreConfig withDerivedFlushInterval(Duration interval) {
        return new StoreConfig(
                path,
                segmentBytes,
                flushMode,
                flushInterval,
                recordBytesMax,
                inboxCount,
                indexEnabled,
                retention,
                diskCleanRatio,
                diskFullRatio,
                diskReserveBytes,
                interval,
                coldBytes,
                truncateAtRecovery);
    }

    public StoreConfig withTruncateAtRecovery(boolean truncate) {
        return new StoreConfig(
                path,
                segmentBytes,
                flushMode,
                flushInterval,
                recordBytesMax,
                inboxCount,
                indexEnabled,
                retention,
                diskCleanRatio,
                diskFullRatio,
                diskReserveBytes,
                derivedFlushInterval,
                coldBytes,
                truncate);
    }

    // The leading settings are copied by name; a record has no shorter way yet.
    private StoreConfig copy(
            long newSegmentBytes,
            FlushMode mode,
            Duration interval,
            int newRecordBytesMax,
            int newInboxCount,
            boolean newIndexEnabled) {
        return new StoreConfig(
                path,
                newSegmentBytes,
                mode,
                interval,
                newRecordBytesMax,
                newInboxCount,
                newIndexEnabled,
                retention,
                diskCleanRatio,
                diskFullRatio,
                diskReserveBytes,
                derivedFlushInterval,
                coldBytes,
                truncateAtRecovery);
    }

    private static void require(boolean holds, String key, Object value, String allowed) {
        if (!holds) {
            throw new StoreException("setting " + key + "=" + value + " is not allowed; set it to " + allowed);
        }
    }
}
