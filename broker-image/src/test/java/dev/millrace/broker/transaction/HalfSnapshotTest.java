package dev.millrace.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.store.FaultyDisk;
import dev.millrace.store.StoreException;
import dev.millrace.store.file.LocalDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HalfSnapshotTest {
    private static final PendingHalves.Content CONTENT = new PendingHalves.Content(
            12_345,
            7,
            8,
            List.of(new Half(100, 1, 2, 3, 4, "grüße"), new Half(200, 5, 6, 7, 0, ""), new Half(300, 6, 1, 1, 15, "")));

    @Test
    void readsWhatItWrote(@TempDir Path folder) {
        HalfSnapshot file =
                new HalfSnapshot(new LocalDisk(), folder.resolve("below").resolve("transactions"));
        assertThat(file.read()).isEmpty();

        file.write(CONTENT);

        assertThat(file.read()).contains(CONTENT);
    }

    @Test
    void isOnTheDiskWithItsNameWhenItIsWritten() {
        Path path = Path.of("/state/transactions");
        try (FaultyDisk disk = new FaultyDisk()) {
            new HalfSnapshot(disk, path).write(CONTENT);

            for (int seed = 0; seed < 8; seed++) {
                try (FaultyDisk left = disk.afterPowerCut(new SplittableRandom(seed))) {
                    assertThat(new HalfSnapshot(left, path).read()).contains(CONTENT);
                }
            }
        }
    }

    @Test
    void aForceThatFailsLeavesTheOldFile() {
        Path path = Path.of("/state/transactions");
        PendingHalves.Content later = new PendingHalves.Content(99_999, 7, 8, List.of());
        try (FaultyDisk disk = new FaultyDisk()) {
            HalfSnapshot file = new HalfSnapshot(disk, path);
            file.write(CONTENT);
            disk.setForceFails(true);

            assertThatThrownBy(() -> file.write(later)).isInstanceOf(StoreException.class);

            assertThat(file.read()).contains(CONTENT);
            disk.setForceFails(false);
            file.write(later);
            assertThat(file.read()).contains(later);
        }
    }

    @Test
    void refusesEveryTruncationAndEveryFlippedByte(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("transactions");
        HalfSnapshot file = new HalfSnapshot(new LocalDisk(), path);
        file.write(CONTENT);
        byte[] whole = Files.readAllBytes(path);
        for (int length = 0; length < whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertThat(file.read()).isEmpty();
        }
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] = (byte) ~flipped[at];
            Files.write(path, flipped);
            assertThat(file.read()).isEmpty();
        }
        Files.write(path, whole);
        assertThat(file.read()).contains(CONTENT);
    }
}
