package dev.millrace.broker.journal;

import dev.millrace.broker.files.SnapshotFile;
import dev.millrace.store.Disk;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The file that keeps the content of the journal over a restart; without it the log is read from its start.
 *
 * <pre>
 * offset  length  field
 * 0       8       MRSTATES in ASCII
 * 8       4       version, 1
 * 12      8       position: every record of the log before it is accounted for
 * 20      8       position of the begin of the last whole dump, -1 without one
 * 28      8       position behind its end
 * 36      ..      the content, as in {@link StateRecords}
 * ..      4       CRC-32 of everything before
 * </pre>
 *
 * All integers are big endian. Source: docs/storage-format.md, section "State of a broker group".
 *
 * <p>Owner: the opening thread, then the thread of {@link StateJournal#turn}. Crash behaviour: that of a {@link SnapshotFile}.
 */
final class StateSnapshot {
    private static final long MAGIC = 0x4D52535441544553L;
    private static final int VERSION = 1;
    private static final int HEAD_BYTES = 3 * Long.BYTES;

    private final SnapshotFile file;

    StateSnapshot(Disk disk, Path path) {
        this.file = new SnapshotFile(disk, path, MAGIC, VERSION);
    }

    /**
     * What is kept.
     *
     * @param needs the log is durable up to here before it may be written: all that it knows of is before it
     */
    record Saved(long position, Dump dump, List<StateEntry> entries, long needs) {}

    /** The last whole dump of the log: where it begins, -1 without one, and where it ends. */
    record Dump(long begin, long end) {
        static final Dump NONE = new Dump(-1, -1);
    }

    Optional<Saved> read() {
        return file.read(StateSnapshot::decode);
    }

    /**
     * Replaces the file; it is on disk when this returns.
     *
     * @throws dev.millrace.store.StoreException if that fails; the old file stays
     */
    void write(Saved saved) {
        byte[] content = StateRecords.encode(saved.entries);
        ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + content.length);
        bytes.putLong(saved.position).putLong(saved.dump.begin).putLong(saved.dump.end);
        file.write(bytes.put(content).flip());
    }

    private static Saved decode(ByteBuffer source) {
        try {
            long position = source.getLong();
            Dump dump = new Dump(source.getLong(), source.getLong());
            return new Saved(position, dump, StateRecords.decode(source), position);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("it is too short", e);
        }
    }
}
