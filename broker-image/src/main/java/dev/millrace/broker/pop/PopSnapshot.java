package dev.millrace.broker.pop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
 * <p>Owner: the opening thread, then the upkeep thread. Crash behaviour: the new file is forced before it takes the name;
 * a damaged one counts as missing.
 */
final class PopSnapshot {
    private static final Logger LOG = LoggerFactory.getLogger(PopSnapshot.class);
    private static final long MAGIC = 0x4D52504F5054424CL;
    private static final int VERSION = 1;
    private static final int HEAD_BYTES = 20;
    private static final int CRC_BYTES = 4;

    private final Path file;

    PopSnapshot(Path file) {
        this.file = file;
    }

    Optional<InFlight.Content> read() {
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            return Optional.of(decode(ByteBuffer.wrap(Files.readAllBytes(file))));
        } catch (IOException | IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("{} can't be used; messages in flight are looked for in the log", file);
            return Optional.empty();
        }
    }

    /**
     * Replaces the file; it is on disk when this returns.
     *
     * @throws IOException if that fails; the old file stays
     */
    void write(InFlight.Content content) throws IOException {
        Files.createDirectories(file.getParent());
        Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = encode(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    static ByteBuffer encode(InFlight.Content content) {
        byte[] events = PopRecords.encode(content.events());
        ByteBuffer target = ByteBuffer.allocate(HEAD_BYTES + events.length + CRC_BYTES);
        target.putLong(MAGIC).putInt(VERSION).putLong(content.reached()).put(events);
        return target.putInt(crc(target, target.position())).flip();
    }

    /** @throws IllegalArgumentException if these are not the bytes of a whole file */
    static InFlight.Content decode(ByteBuffer source) {
        int crcAt = source.limit() - CRC_BYTES;
        if (crcAt < HEAD_BYTES || source.getInt(crcAt) != crc(source, crcAt)) {
            throw new IllegalArgumentException(source.limit() + " bytes without the right checksum");
        }
        long magic = source.getLong();
        int version = source.getInt();
        if (magic != MAGIC || version != VERSION) {
            throw new IllegalArgumentException("magic 0x" + Long.toHexString(magic) + ", version " + version);
        }
        long reached = source.getLong();
        byte[] events = new byte[crcAt - source.position()];
        source.get(events);
        return new InFlight.Content(reached, 0, PopRecords.decode(events));
    }

    private static int crc(ByteBuffer bytes, int end) {
        CRC32 crc = new CRC32();
        crc.update(bytes.slice(0, end));
        return (int) crc.getValue();
    }
}
