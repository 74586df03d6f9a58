package dev.millrace.broker.pop;

import dev.millrace.broker.files.SnapshotFile;
import dev.millrace.store.Disk;
import dev.millrace.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file that keeps what is in flight over a restart; without it that is found by reading the log from its start.
 *
 * <pre>
 * offset  length  field
 * 0       8       MRPOPTBL in ASCII
 * 8       4       version, 1
 * 12      8       position: every record of the log before it is accounted for
 * 20      ..      the events that make the table, as in {@link PopRecords}
 * ..      4       CRC-32 of everything before
 * </pre>
 *
 * All integers are big endian. Source: docs/storage-format.md, section "Consumption by receipt".
 *
 * <p>Owner: the opening thread, then the upkeep thread. Crash behaviour: that of a {@link SnapshotFile}.
 */
final class PopSnapshot {
    private static final long MAGIC = 0x4D52504F5054424CL;
    private static final int VERSION = 1;

    private final SnapshotFile file;

    PopSnapshot(Disk disk, Path path) {
        this.file = new SnapshotFile(disk, path, MAGIC, VERSION);
    }

    /** What is in flight, if the file is there and whole. */
    Optional<InFlight.Content> read() {
        return file.read(PopSnapshot::decode);
    }

    /**
     * Replaces the file; it is on disk when this returns.
     *
     * @throws StoreException if that fails; the old file stays
     */
    void write(InFlight.Content content) {
        byte[] events = PopRecords.encode(content.events());
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + events.length);
        file.write(bytes.putLong(content.reached()).put(events).flip());
    }

    private static InFlight.Content decode(ByteBuffer source) {
        long reached = source.getLong();
        byte[] events = new byte[source.remaining()];
        source.get(events);
        return new InFlight.Content(reached, 0, PopRecords.decode(events));
    }
}
