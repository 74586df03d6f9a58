package dev.millrace.store.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.store.file.LazyFile;
import dev.millrace.store.file.LocalDisk;
import dev.millrace.testkit.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyIndexTest {
    private static final IndexFile.Sizes SIZES = new IndexFile.Sizes(16, 40);
    private static final long START_MS = 1_700_000_000_000L;

    private final Path folder;
    private final ManualClock clock = new ManualClock(Instant.ofEpochMilli(START_MS));

    KeyIndexTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void writesHeaderSlotAndEntryByteForByte() throws IOException {
        KeyIndex index = index();
        put(index, "t#k".hashCode(), 1000, START_MS);
        put(index, "t#k".hashCode(), 2000, START_MS + 5999);
        index.release();

        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(files().getFirst()));
        assertThat(file.capacity()).isEqualTo(40 + 16 * 4 + 40 * 20);
        assertThat(file.getLong(0)).isEqualTo(START_MS);
        assertThat(file.getLong(8)).isEqualTo(START_MS + 5999);
        assertThat(file.getLong(16)).isEqualTo(1000);
        assertThat(file.getLong(24)).isEqualTo(2000);
        assertThat(file.getInt(32)).isEqualTo(1);
        assertThat(file.getInt(36)).isEqualTo(3);
        int hash = IndexFile.keyHash("t#k".hashCode());
        assertThat(file.getInt(40 + hash % 16 * 4)).isEqualTo(2);
        int second = 40 + 64 + 2 * 20;
        assertThat(file.getInt(second)).isEqualTo(hash);
        assertThat(file.getLong(second + 4)).isEqualTo(2000);
        assertThat(file.getInt(second + 12)).isEqualTo(5);
        assertThat(file.getInt(second + 16)).isEqualTo(1);
    }

    @Test
    void takesTheSmallestNumberForZero() {
        assertThat(IndexFile.keyHash(Integer.MIN_VALUE)).isZero();
        assertThat(IndexFile.keyHash(-5)).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void findsWhatAMapFinds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        KeyIndex index = index();
        Map<Integer, List<Long>> model = new HashMap<>();
        for (int i = 0; i < 300; i++) {
            int key = random.nextInt(20) * 16;
            put(index, key, i * 100L, START_MS + i * 1000L);
            model.computeIfAbsent(key, k -> new ArrayList<>()).addFirst(i * 100L);
        }

        assertThat(index.fileCount()).isGreaterThan(5);
        index.release();
        KeyIndex reopened = index();
        reopened.load(Long.MAX_VALUE);
        model.forEach((key, positions) -> {
            assertThat(index.find(key, 0, Long.MAX_VALUE, 1000))
                    .as("seed " + seed)
                    .isEqualTo(positions);
            assertThat(reopened.find(key, 0, Long.MAX_VALUE, 3))
                    .as("seed " + seed)
                    .isEqualTo(positions.subList(0, Math.min(3, positions.size())));
        });
        List<Long> inTime = reopened.find(0, START_MS + 100_000, START_MS + 200_000, 1000);
        assertThat(inTime)
                .isEqualTo(model.getOrDefault(0, List.of()).stream()
                        .filter(p -> p >= 10_000 && p <= 20_000)
                        .toList());
    }

    @Test
    void removesFilesWhoseRecordsAreGoneButNeverTheLast() throws IOException {
        KeyIndex index = index();
        for (int i = 0; i < 100; i++) {
            put(index, i, i * 100L, START_MS);
        }
        index.release();

        assertThat(index.removeBefore(5_000)).isEqualTo(1);
        assertThat(index.removeBefore(Long.MAX_VALUE)).isEqualTo(1);

        assertThat(files()).hasSize(1);
    }

    @Test
    void dropsFilesThatMayNotBeDurable() throws IOException {
        KeyIndex index = index();
        for (int i = 0; i < 100; i++) {
            put(index, i, i * 100L, START_MS);
        }
        index.release();

        KeyIndex reopened = index();
        reopened.load(5_000);

        assertThat(reopened.endPosition()).isEqualTo(3_800);
        assertThat(files()).hasSize(1);
    }

    private KeyIndex index() {
        return new KeyIndex(new LocalDisk(), folder, SIZES, new LazyFile.Usage(), clock);
    }

    private static void put(KeyIndex index, int hashCode, long position, long timeMs) {
        assertThat(index.begin(position)).isTrue();
        index.add(hashCode, position, timeMs);
        index.end(position, timeMs);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.sorted().toList();
        }
    }
}
