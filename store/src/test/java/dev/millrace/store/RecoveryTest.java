package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
    private static final int MESSAGES = 600;
    private final Path folder;

    RecoveryTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void rebuildsDerivedFilesFromTheLogAlone() throws IOException {
        TestConfig config = TestStore.config(folder).withIndexEnabled(true);
        fill(config);
        byte[] queueBefore = Files.readAllBytes(folder.resolve("consumequeue/t/1/00000000000000000000"));
        deleteTree(folder.resolve("consumequeue"));
        deleteTree(folder.resolve("index"));
        Files.delete(folder.resolve("checkpoint"));

        try (TestStore test = TestStore.open(config)) {
            assertThat(test.bodies("t", 1)).isEqualTo(expected(1));
            assertThat(test.store.positionsByKey("t", "key7", 32, 0, Long.MAX_VALUE))
                    .hasSize(1);
        }

        assertThat(Files.readAllBytes(folder.resolve("consumequeue/t/1/00000000000000000000")))
                .isEqualTo(queueBefore);
    }

    @Test
    void noticesThatOneQueueIsGone() throws IOException {
        fill(TestStore.config(folder));
        deleteTree(folder.resolve("consumequeue/t/1"));

        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            assertThat(test.bodies("t", 0)).isEqualTo(expected(0));
            assertThat(test.bodies("t", 1)).isEqualTo(expected(1));
        }
    }

    @Test
    void cutsATornTailAfterACrash() throws IOException {
        fill(TestStore.config(folder));
        long end = logEnd();
        Files.writeString(folder.resolve("abort"), "1");
        Files.delete(folder.resolve("checkpoint"));
        overwrite(end - 28, new byte[] {1, 2, 3});

        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            assertThat(test.store.maxPosition()).isLessThan(end);
            int found = test.bodies("t", 0).size() + test.bodies("t", 1).size();
            assertThat(found).isEqualTo(MESSAGES - 1);
            TestAppend next = test.send("t", 1, "next");
            test.run();
            assertThat(next.isAppended()).isTrue();
            assertThat(test.bodies("t", 1)).last().isEqualTo("next");
        }
    }

    @Test
    void refusesALogThatWasOverwrittenAfterACleanEnd() throws IOException {
        fill(TestStore.config(folder));
        long end = logEnd();
        overwrite(end - 28, new byte[] {1, 2, 3});

        assertThatThrownBy(() -> TestStore.open(TestStore.config(folder)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("has no whole record at byte")
                .hasMessageContaining("store.recovery.truncate=true");

        try (TestStore test = TestStore.open(TestStore.config(folder).withTruncateAtRecovery(true))) {
            assertThat(test.bodies("t", 0).size() + test.bodies("t", 1).size()).isEqualTo(MESSAGES - 1);
        }
    }

    @Test
    void refusesASegmentThatWasCut() throws IOException {
        fill(TestStore.config(folder));
        Path first = folder.resolve("commitlog/00000000000000000000");
        try (RandomAccessFile file = new RandomAccessFile(first.toFile(), "rw")) {
            file.setLength(5000);
        }

        assertThatThrownBy(() -> TestStore.open(TestStore.config(folder)))
                .hasMessageContaining("00000000000000000000 ends at byte 5000 of 16384")
                .hasMessageContaining("store.recovery.truncate=true");

        try (TestStore test = TestStore.open(TestStore.config(folder).withTruncateAtRecovery(true))) {
            assertThat(test.store.maxPosition()).isBetween(4800L, 5200L);
            assertThat(test.bodies("t", 0)).isNotEmpty();
        }
    }

    @Test
    void refusesALogWithAHole() throws IOException {
        fill(TestStore.config(folder));
        Files.delete(folder.resolve("commitlog/00000000000000016384"));

        assertThatThrownBy(() -> TestStore.open(TestStore.config(folder)))
                .hasMessageContaining("segment 00000000000000016384 is missing");
    }

    @Test
    void removesASegmentThatWasBeingMade() throws IOException {
        fill(TestStore.config(folder));
        Path unused = folder.resolve("commitlog/00000000000001638400");
        long next = segments().getLast() + TestStore.SEGMENT_BYTES;
        unused = folder.resolve(String.format("commitlog/%020d", next));
        Files.createFile(unused);

        try (TestStore test = TestStore.open(TestStore.config(folder))) {
            assertThat(test.bodies("t", 0)).isEqualTo(expected(0));
            assertThat(unused).doesNotExist();
        }
    }

    @Test
    void tellsItsProgressAndFindsManyMessages() {
        TestConfig config = TestStore.config(folder).withSegmentBytes(1 << 20).withInboxCount(4096);
        int count = 20_000;
        try (TestStore test = TestStore.open(config)) {
            for (int i = 0; i < count; i++) {
                test.send("many", i % 10, "m" + i);
                if (i % 2000 == 0) {
                    test.run();
                }
            }
            test.run();
            test.crashWithoutClosing();
        }

        try (TestStore test = TestStore.open(config)) {
            int found = 0;
            for (int i = 0; i < 10; i++) {
                found += test.bodies("many", i).size();
            }
            assertThat(found).isEqualTo(count);
        }
    }

    private void fill(TestConfig config) {
        try (TestStore test = TestStore.open(config)) {
            for (int i = 0; i < MESSAGES; i++) {
                test.send("t", i % 2, "body " + i, "KEYS=key" + i + ";TAGS=a");
            }
            test.run();
        }
    }

    private static List<String> expected(int queue) {
        List<String> bodies = new ArrayList<>();
        for (int i = queue; i < MESSAGES; i += 2) {
            bodies.add("body " + i);
        }
        return bodies;
    }

    private List<Long> segments() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("commitlog"))) {
            return files.map(file -> Long.parseLong(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private long logEnd() throws IOException {
        long base = segments().getLast();
        byte[] bytes = Files.readAllBytes(folder.resolve(String.format("commitlog/%020d", base)));
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return base + end;
    }

    private void overwrite(long position, byte[] bytes) throws IOException {
        long base = position - position % TestStore.SEGMENT_BYTES;
        Path file = folder.resolve(String.format("commitlog/%020d", base));
        try (RandomAccessFile target = new RandomAccessFile(file.toFile(), "rw")) {
            target.seek(position - base);
            target.write(bytes);
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
