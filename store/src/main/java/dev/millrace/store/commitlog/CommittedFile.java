package dev.millrace.store.commitlog;

import dev.millrace.store.Disk;
import dev.millrace.store.MappedFile;
import dev.millrace.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The committed position of a copy on the disk: file {@code group/committed} of 4096 bytes.
 *
 * <pre>
 * offset  length  field, big endian
 * 0       8       "MILLCOMM"
 * 8       4       version, 1
 * 512     8       a committed position
 * 520     8       its complement
 * 1024    16      another one
 * </pre>
 *
 * The two are written in turns, each in a sector of its own, so that one is always whole; the larger one counts. Every
 * position that was ever written was committed, so it does not matter which the disk kept. Source: docs/storage-format.md,
 * section "group".
 *
 * <p>Owners: the commit-log thread writes, the flush thread forces. Crash behaviour: a killed process leaves the last
 * position, a power cut one at or behind the last that was forced.
 */
public final class CommittedFile implements AutoCloseable {
    private static final int FILE_BYTES = 4096;
    private static final long MARK = 0x4D494C4C434F4D4DL;
    private static final int VERSION = 1;
    private static final int SLOT_BYTES = 512;

    private final MappedFile file;
    private final ByteBuffer bytes;
    private int slot = SLOT_BYTES;
    private volatile long written;
    private volatile long forced;

    private CommittedFile(MappedFile file) {
        this.file = file;
        this.bytes = file.memory().asByteBuffer();
    }

    /** Makes the file anew; when it returns it is durable but for its name. */
    public static CommittedFile create(Disk disk, Path path, long position) {
        CommittedFile made = new CommittedFile(disk.create(path, FILE_BYTES, Disk.Allocation.RESERVED));
        made.bytes.putLong(0, MARK).putInt(Long.BYTES, VERSION);
        made.write(position);
        made.write(position);
        made.force();
        return made;
    }

    /** @throws StoreException if the file is of another version or damaged */
    public static CommittedFile open(Disk disk, Path path) {
        boolean isWhole = disk.exists(path) && disk.length(path) == FILE_BYTES;
        CommittedFile found = isWhole ? new CommittedFile(disk.open(path, Disk.Allocation.RESERVED)) : null;
        if (found == null || found.bytes.getLong(0) != MARK || found.bytes.getInt(Long.BYTES) != VERSION) {
            throw new StoreException(
                    "file " + path + " is missing, of another version or no file of " + FILE_BYTES
                            + " bytes; restore it, or give this copy an empty folder so that it copies everything from the master");
        }
        // The next write goes to the other one.
        found.slot = found.position(SLOT_BYTES) > found.position(2 * SLOT_BYTES) ? SLOT_BYTES : 2 * SLOT_BYTES;
        found.written = found.position(found.slot);
        found.forced = found.written;
        return found;
    }

    /** The last position written, 0 if none was. */
    public long position() {
        return written;
    }

    /** The position that the next start will know of at least. */
    public long forced() {
        return forced;
    }

    /** Before the position is acted on. */
    public void write(long position) {
        slot = 3 * SLOT_BYTES - slot;
        bytes.putLong(slot, position).putLong(slot + Long.BYTES, ~position);
        written = position;
    }

    /** Before the threads start: the log lost what is behind; durable when it returns. */
    public void lowerTo(long position) {
        write(position);
        write(position);
        force();
    }

    /** Whether a position was written and not forced. */
    boolean isBehind() {
        return forced != written;
    }

    public void force() {
        long position = written;
        file.force(0, FILE_BYTES);
        forced = position;
    }

    @Override
    public void close() {
        file.close();
    }

    private long position(int at) {
        long position = bytes.getLong(at);
        return bytes.getLong(at + Long.BYTES) == ~position ? position : 0;
    }
}
