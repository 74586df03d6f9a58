package dev.millrace.store.recovery;

import dev.millrace.store.Disk;
import dev.millrace.store.MappedFile;
import dev.millrace.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * What is known to be durable, in one file of 4096 bytes.
 *
 * <pre>
 * offset  length  field, big endian
 * 0       8       store time of the last durable record, ms since the epoch      (RocketMQ)
 * 8       8       store time of the last record in durable queues                (RocketMQ)
 * 16      8       store time of the last record in the durable index             (RocketMQ)
 * 24      8       durable position                                               (RocketMQ)
 * 32      8       durable position once more, RocketMQ's confirmed one           (RocketMQ)
 * 40      24      not written
 * 64      8       "MILLRACE"
 * 72      8       durable position: every record before it is on the disk
 * 80      8       derived position: queues and index of every record before it are on the disk
 * 88      8       position at which the log ended cleanly, -1 while it runs
 * 96      8       position of the last record at the clean end, -1 without one
 * 104     8       number of queues at the clean end
 * 112     8       sum of the queues' maximum offsets at the clean end
 * 120     8       position of the last record in the index at the clean end, -1 without one
 * 128     4       CRC-32 of the bytes 64..128
 * </pre>
 *
 * The second part lies in one sector of the disk and counts only with a right CRC; RocketMQ neither reads nor changes it.
 * Source: docs/storage-format.md, section "checkpoint, abort, lock".
 *
 * <p>Owner: the opening thread, then the upkeep thread. Crash behaviour: the old or the new content is found.
 */
public final class Checkpoint implements AutoCloseable {
    private static final int FILE_BYTES = 4096;
    private static final long MARK = 0x4D494C4C52414345L;
    private static final int OURS_OFFSET = 64;
    private static final int OURS_LENGTH = 64;
    private static final int CRC_OFFSET = OURS_OFFSET + OURS_LENGTH;

    /** Store times lag a little behind positions; RocketMQ allows for it likewise. */
    private static final long SLACK_MS = 3000;

    private final MappedFile file;
    private final ByteBuffer bytes;

    /** Times of RocketMQ's part, ms since the epoch. */
    public record Times(long logMs, long queuesMs, long indexMs) {}

    /** Our part; the last four are -1 while the store runs. */
    public record Positions(
            long durable,
            long derived,
            long cleanEnd,
            long lastRecord,
            long queueCount,
            long entriesTotal,
            long indexEnd) {

        /** While the store runs. */
        public static Positions running(long durable, long derived) {
            return new Positions(durable, derived, -1, -1, -1, -1, -1);
        }
    }

    private Checkpoint(MappedFile file) {
        this.file = file;
        this.bytes = file.memory().asByteBuffer();
    }

    public static Checkpoint open(Disk disk, Path path) {
        if (!disk.exists(path) || disk.length(path) != FILE_BYTES) {
            return new Checkpoint(disk.create(path, FILE_BYTES, Disk.Allocation.RESERVED));
        }
        return new Checkpoint(disk.open(path, Disk.Allocation.RESERVED));
    }

    /** Store time before which everything derived is durable by RocketMQ's part. */
    public long minTimeMs(boolean withIndex) {
        long time = Math.min(bytes.getLong(0), bytes.getLong(8));
        if (withIndex) {
            time = Math.min(time, bytes.getLong(16));
        }
        return Math.max(0, time - SLACK_MS);
    }

    /** Our part, empty if it was never written or does not fit its CRC. */
    public Optional<Positions> positions() {
        if (bytes.getLong(OURS_OFFSET) != MARK || bytes.getInt(CRC_OFFSET) != crc()) {
            return Optional.empty();
        }
        return Optional.of(new Positions(
                bytes.getLong(72),
                bytes.getLong(80),
                bytes.getLong(88),
                bytes.getLong(96),
                bytes.getLong(104),
                bytes.getLong(112),
                bytes.getLong(120)));
    }

    /** Writes and forces. */
    public void write(Times times, Positions positions) {
        if (positions.derived > positions.durable) {
            throw new StoreException("checkpoint says derived position " + positions.derived
                    + " behind durable position " + positions.durable + "; this is a defect, report it");
        }
        bytes.putLong(0, times.logMs).putLong(8, times.queuesMs).putLong(16, times.indexMs);
        bytes.putLong(24, positions.durable).putLong(32, positions.durable);
        bytes.putLong(OURS_OFFSET, MARK).putLong(72, positions.durable).putLong(80, positions.derived);
        bytes.putLong(88, positions.cleanEnd).putLong(96, positions.lastRecord);
        bytes.putLong(104, positions.queueCount)
                .putLong(112, positions.entriesTotal)
                .putLong(120, positions.indexEnd);
        bytes.putInt(CRC_OFFSET, crc());
        file.force(0, FILE_BYTES);
    }

    @Override
    public void close() {
        file.close();
    }

    private int crc() {
        byte[] ours = new byte[OURS_LENGTH];
        bytes.get(OURS_OFFSET, ours);
        CRC32 crc = new CRC32();
        crc.update(ours);
        return (int) crc.getValue();
    }
}
