package dev.millrace.broker.transaction;

import dev.millrace.store.Disk;
import dev.millrace.store.MappedFile;
import dev.millrace.store.StoreException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that keeps pending halves over a restart; without it they are found by reading the log from its start.
 *
 * <pre>
 * offset  length  field
 * 0       8       MRHALVES in ASCII
 * 8       4       version, 1
 * 12      8       position: every record of the log before it is accounted for
 * 20      8       next queue offset of the half topic
 * 28      8       next queue offset of the op topic
 * 36      4       number of groups g
 * 40      4       number of halves n
 * 44      ..      g times: length in 2 bytes, then the producer group, UTF-8
 * ..      42 n    n times: 8 position, 8 queue offset, 8 first stored (ms), 8 next question (ms), 4 questions asked,
 *                 4 number of its group, 2 unused
 * ..      4       CRC-32 of everything before
 * </pre>
 *
 * All integers are big endian. Source: docs/storage-format.md, section "transactions".
 *
 * <p>Owner: the opening thread, then the transactions thread. Crash behaviour: the new file is forced before it takes the
 * name, then the folder is; a damaged one counts as missing.
 */
final class HalfSnapshot {
    private static final Logger LOG = LoggerFactory.getLogger(HalfSnapshot.class);
    private static final long MAGIC = 0x4D5248414C564553L;
    private static final int VERSION = 1;
    private static final int HEAD_BYTES = 44;
    private static final int HALF_BYTES = 42;
    private static final int CRC_BYTES = 4;

    private final Disk disk;
    private final Path file;

    HalfSnapshot(Disk disk, Path file) {
        this.disk = disk;
        this.file = file;
    }

    Optional<PendingHalves.Content> read() {
        try {
            if (!disk.exists(file)) {
                return Optional.empty();
            }
            return Optional.of(decode(ByteBuffer.wrap(bytes())));
        } catch (StoreException | IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("{} can't be used; pending half messages are looked for in the log", file);
            return Optional.empty();
        }
    }

    private byte[] bytes() {
        try (MappedFile mapped = disk.open(file, Disk.Allocation.RESERVED)) {
            return mapped.memory().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * Replaces the file; it is on disk when this returns.
     *
     * @throws StoreException if that fails; the old file stays, and a later attempt begins with a new one
     */
    void write(PendingHalves.Content content) {
        Path folder = file.resolveSibling("");
        disk.createFolders(folder);
        Path fresh = file.resolveSibling(file.getFileName() + ".tmp");
        ByteBuffer bytes = encode(content);
        disk.delete(fresh);
        try (MappedFile mapped = disk.create(fresh, bytes.remaining(), Disk.Allocation.RESERVED)) {
            mapped.memory().copyFrom(MemorySegment.ofBuffer(bytes));
            mapped.force(0, mapped.memory().byteSize());
        }
        disk.rename(fresh, file);
        disk.forceFolder(folder);
    }

    static ByteBuffer encode(PendingHalves.Content content) {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        int nameBytes = 0;
        for (Half half : content.halves()) {
            if (numbers.putIfAbsent(half.group(), numbers.size()) == null) {
                nameBytes += Short.BYTES + half.group().getBytes(StandardCharsets.UTF_8).length;
            }
        }
        int halvesBytes = Math.multiplyExact(HALF_BYTES, content.halves().size());
        ByteBuffer target = ByteBuffer.allocate(Math.addExact(HEAD_BYTES + nameBytes + CRC_BYTES, halvesBytes));
        target.putLong(MAGIC).putInt(VERSION).putLong(content.reached());
        target.putLong(content.nextHalfOffset()).putLong(content.nextOpOffset());
        target.putInt(numbers.size()).putInt(content.halves().size());
        for (String group : numbers.keySet()) {
            byte[] name = group.getBytes(StandardCharsets.UTF_8);
            target.putShort((short) name.length).put(name);
        }
        for (Half half : content.halves()) {
            target.putLong(half.position()).putLong(half.queueOffset());
            target.putLong(half.sinceMs()).putLong(half.nextCheckMs()).putInt(half.checkCount());
            target.putInt(numbers.getOrDefault(half.group(), 0)).putShort((short) 0);
        }
        return target.putInt(crc(target, target.position())).flip();
    }

    /** @throws IllegalArgumentException if these are not the bytes of a whole file */
    static PendingHalves.Content decode(ByteBuffer source) {
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
        long nextHalfOffset = source.getLong();
        long nextOpOffset = source.getLong();
        int groupCount = source.getInt();
        int halfCount = source.getInt();
        List<String> groups = new ArrayList<>();
        for (int i = 0; i < groupCount; i++) {
            byte[] name = new byte[source.getShort() & 0xFFFF];
            source.get(name);
            groups.add(new String(name, StandardCharsets.UTF_8));
        }
        List<Half> halves = new ArrayList<>(halfCount);
        for (int i = 0; i < halfCount; i++) {
            halves.add(half(source, groups));
        }
        return new PendingHalves.Content(reached, nextHalfOffset, nextOpOffset, halves);
    }

    private static Half half(ByteBuffer source, List<String> groups) {
        long position = source.getLong();
        long queueOffset = source.getLong();
        long sinceMs = source.getLong();
        long nextCheckMs = source.getLong();
        int checkCount = source.getInt();
        String group = groups.get(source.getInt());
        source.getShort();
        return new Half(position, queueOffset, sinceMs, nextCheckMs, checkCount, group);
    }

    private static int crc(ByteBuffer bytes, int end) {
        CRC32 crc = new CRC32();
        crc.update(bytes.slice(0, end));
        return (int) crc.getValue();
    }
}
