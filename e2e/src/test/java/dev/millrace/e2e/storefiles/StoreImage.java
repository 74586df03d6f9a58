package dev.millrace.e2e.storefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A stopped broker's store: its records, and the used bytes of its log and queues. Thread-safe: immutable after
 * {@link #read}.
 */
public final class StoreImage {

    /** Entry of a consume queue: {@code long} position, {@code int} size, {@code long} hash of the tag. */
    private static final int QUEUE_ENTRY_LENGTH = 20;

    /** Index file: 40 bytes header, slots of 4 bytes, entries {@code int} hash, {@code long} position, 2 × {@code int}. */
    private static final int INDEX_HEADER_LENGTH = 40;

    private static final int INDEX_SLOT_LENGTH = 4;

    /** Slots in a file of the usual size; the number in the header counts those in use. */
    private static final int INDEX_SLOT_COUNT = 5_000_000;

    private static final int INDEX_ENTRY_LENGTH = 20;

    private final Path store;
    private final Map<Long, LogRecord> records = new LinkedHashMap<>();

    /** Used bytes by file, relative to the store. */
    private final Map<String, byte[]> used = new TreeMap<>();

    private StoreImage(Path store) {
        this.store = store;
    }

    /** Reads a store and checks that log, queues and index agree. */
    public static StoreImage read(Path store) throws IOException {
        StoreImage image = new StoreImage(store);
        for (Path file : files(store.resolve("commitlog"))) {
            image.readLog(file);
        }
        try (Stream<Path> folders = Files.walk(store.resolve("consumequeue"))) {
            for (Path file : folders.filter(Files::isRegularFile).sorted().toList()) {
                image.readQueue(file);
            }
        }
        return image;
    }

    /** The records of topics that start with {@code prefix}, as two servers must write them alike. */
    public List<String> comparableRecords(String prefix) {
        return records.values().stream()
                .filter(each -> each.topic().startsWith(prefix))
                .map(LogRecord::comparable)
                .toList();
    }

    /** Checks that this store has the bytes of {@code earlier} unchanged, and maybe more behind them. */
    public void assertContinues(StoreImage earlier) {
        earlier.used.forEach((name, bytes) -> {
            assertThat(used).as("files").containsKey(name);
            byte[] now = Objects.requireNonNull(used.get(name));
            assertThat(now.length).as("used bytes of %s", name).isGreaterThanOrEqualTo(bytes.length);
            assertThat(Arrays.mismatch(Arrays.copyOf(now, bytes.length), bytes))
                    .as("first changed byte of %s", name)
                    .isEqualTo(-1);
        });
    }

    private void readLog(Path file) throws IOException {
        long base = base(file);
        ByteBuffer log = map(file);
        int at = 0;
        while (LogRecord.isAt(log, at)) {
            LogRecord each = LogRecord.read(log, at, base);
            records.put(each.position(), each);
            at += each.size();
        }
        keep(file, log, LogRecord.isBlankAt(log, at) ? at + 8 : at);
    }

    private void readQueue(Path file) throws IOException {
        ByteBuffer entries = map(file);
        long base = base(file);
        Path place = store.resolve("consumequeue").relativize(file);
        String topic = place.getName(0).toString();
        int queueId = Integer.parseInt(place.getName(1).toString());
        int at = 0;
        while (at + QUEUE_ENTRY_LENGTH <= entries.limit() && entries.getInt(at + 8) > 0) {
            LogRecord target = records.get(entries.getLong(at));
            String name = topic + "/" + queueId + " entry " + (base + at) / QUEUE_ENTRY_LENGTH;
            assertThat(target).as(name).isNotNull();
            assertThat(target.size()).as(name).isEqualTo(entries.getInt(at + 8));
            assertThat(target.topic()).as(name).isEqualTo(topic);
            assertThat(target.queueId()).as(name).isEqualTo(queueId);
            assertThat(target.queueOffset()).as(name).isEqualTo((base + at) / QUEUE_ENTRY_LENGTH);
            assertTagHash(target, entries.getLong(at + 12), name);
            at += QUEUE_ENTRY_LENGTH;
        }
        keep(file, entries, at);
    }

    private static void assertTagHash(LogRecord target, long hash, String name) {
        boolean isDelayed = target.topic().equals("SCHEDULE_TOPIC_XXXX");
        if (!isDelayed) {
            String tag = target.properties().getOrDefault("TAGS", "");
            assertThat(hash).as(name + " tag hash").isEqualTo(tag.hashCode());
        }
    }

    /** Checks that the index leads from each key of each record of topics starting with {@code prefix} to it. */
    public void assertIndexed(String prefix) throws IOException {
        List<ByteBuffer> indexes = new ArrayList<>();
        for (Path file : files(store.resolve("index"))) {
            indexes.add(map(file));
        }
        assertThat(indexes).as("index files").isNotEmpty();
        for (LogRecord each : records.values()) {
            if (each.topic().startsWith(prefix)) {
                for (String key : each.indexKeys()) {
                    assertThat(indexes.stream()
                                    .anyMatch(index -> leads(index, each.topic() + "#" + key, each.position())))
                            .as("index of key %s of record %s", key, each.position())
                            .isTrue();
                }
            }
        }
    }

    private static boolean leads(ByteBuffer index, String key, long position) {
        int code = key.hashCode();
        int hash = code == Integer.MIN_VALUE ? 0 : Math.abs(code);
        int slotAt = INDEX_HEADER_LENGTH + hash % INDEX_SLOT_COUNT * INDEX_SLOT_LENGTH;
        int entry = index.getInt(slotAt);
        while (entry > 0) {
            int at = INDEX_HEADER_LENGTH + INDEX_SLOT_COUNT * INDEX_SLOT_LENGTH + entry * INDEX_ENTRY_LENGTH;
            if (index.getInt(at) == hash && index.getLong(at + 4) == position) {
                return true;
            }
            entry = index.getInt(at + 16);
        }
        return false;
    }

    private void keep(Path file, ByteBuffer content, int length) {
        byte[] bytes = new byte[length];
        content.get(0, bytes);
        used.put(store.relativize(file).toString(), bytes);
    }

    private static long base(Path file) {
        return Long.parseLong(file.getFileName().toString());
    }

    private static ByteBuffer map(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
