package dev.millrace.broker.files;

import dev.millrace.store.Disk;
import dev.millrace.store.MappedFile;
import dev.millrace.store.StoreException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A binary file that holds what could also be found by reading the log; a damaged one counts as missing.
 *
 * <pre>
 * offset  length  field
 * 0       8       magic
 * 8       4       version
 * 12      n       content
 * 12 + n  4       CRC-32 of everything before
 * </pre>
 *
 * All integers are big endian.
 *
 * <p>Owner: one thread at a time. Crash behaviour: the new file is forced before it takes the name, then the folder is.
 */
public final class SnapshotFile {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFile.class);
    private static final int HEAD_BYTES = 12;
    private static final int CRC_BYTES = 4;

    private final Disk disk;
    private final Path file;
    private final long magic;
    private final int version;

    /** @param magic eight ASCII characters that tell what the file is */
    public SnapshotFile(Disk disk, Path file, long magic, int version) {
        this.disk = disk;
        this.file = file;
        this.magic = magic;
        this.version = version;
    }

    /**
     * The content; empty, with a warning if there is a file, when it can't be read or is not whole.
     *
     * @param decode throws IllegalArgumentException for content it does not know
     */
    public <T> Optional<T> read(Function<ByteBuffer, T> decode) {
        try {
            return disk.exists(file) ? Optional.of(decode.apply(content(ByteBuffer.wrap(bytes())))) : Optional.empty();
        } catch (StoreException | IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("{} can't be used; what it holds is looked for in the log", file);
            return Optional.empty();
        }
    }

    private byte[] bytes() {
        try (MappedFile mapped = disk.open(file, Disk.Allocation.RESERVED)) {
            return mapped.memory().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private ByteBuffer content(ByteBuffer whole) {
        int crcAt = whole.limit() - CRC_BYTES;
        if (crcAt < HEAD_BYTES || whole.getInt(crcAt) != crc(whole, crcAt)) {
            throw new IllegalArgumentException(whole.limit() + " bytes without the right checksum");
        }
        if (whole.getLong(0) != magic || whole.getInt(Long.BYTES) != version) {
            throw new IllegalArgumentException("magic 0x" + Long.toHexString(whole.getLong(0)) + ", version "
                    + whole.getInt(Long.BYTES) + ", expected 0x" + Long.toHexString(magic) + ", " + version);
        }
        return whole.slice(HEAD_BYTES, crcAt - HEAD_BYTES);
    }

    /**
     * Replaces the file by one with the remaining bytes of {@code content}; it is on disk when this returns.
     *
     * @throws StoreException if that fails; the old file stays, and a later attempt begins with a new one
     */
    public void write(ByteBuffer content) {
        ByteBuffer whole = ByteBuffer.allocate(Math.addExact(content.remaining(), HEAD_BYTES + CRC_BYTES));
        whole.putLong(magic).putInt(version).put(content);
        whole.putInt(crc(whole, whole.position())).flip();
        Path folder = file.resolveSibling("");
        Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
        disk.createFolders(folder);
        disk.delete(fresh);
        try (MappedFile mapped = disk.create(fresh, whole.remaining(), Disk.Allocation.RESERVED)) {
            mapped.memory().copyFrom(MemorySegment.ofBuffer(whole));
            mapped.force(0, mapped.memory().byteSize());
        }
        disk.rename(fresh, file);
        disk.forceFolder(folder);
    }

    private static int crc(ByteBuffer bytes, int end) {
        CRC32 crc = new CRC32();
        crc.update(bytes.slice(0, end));
        return (int) crc.getValue();
    }
}
