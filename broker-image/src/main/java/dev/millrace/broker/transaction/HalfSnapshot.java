package dev.millrace.broker.transaction;

import dev.millrace.broker.files.SnapshotFile;
import dev.millrace.store.Disk;
import dev.millrace.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
 * <p>Owner: the opening thread, then the transactions thread. Crash behaviour: that of a {@link SnapshotFile}.
 */
final class HalfSnapshot {
    private static final long MAGIC = 0x4D5248414C564553L;
    private static final int VERSION = 1;
    private static final int HEAD_BYTES = 32;
    private static final int HALF_BYTES = 42;

    private final SnapshotFile file;

    HalfSnapshot(Disk disk, Path path) {
        this.file = new SnapshotFile(disk, path, MAGIC, VERSION);
    }

    Optional<PendingHalves.Content> read() {
        return file.read(HalfSnapshot::decode);
    }

    /**
     * Replaces the file; it is on disk when this returns.
     *
     * @throws StoreException if that fails; the old file stays, and a later attempt begins with a new one
     */
    void write(PendingHalves.Content content) {
        file.write(encode(content));
    }

    private static ByteBuffer encode(PendingHalves.Content content) {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        int nameBytes = 0;
        for (Half half : content.halves()) {
            if (numbers.putIfAbsent(half.group(), numbers.size()) == null) {
                nameBytes += Short.BYTES + half.group().getBytes(StandardCharsets.UTF_8).length;
            }
        }
        int halvesBytes = Math.multiplyExact(HALF_BYTES, content.halves().size());
        ByteBuffer target = ByteBuffer.allocate(Math.addExact(HEAD_BYTES + nameBytes, halvesBytes));
        target.putLong(content.reached());
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
        return target.flip();
    }

    private static PendingHalves.Content decode(ByteBuffer source) {
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
}
