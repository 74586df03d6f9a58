package dev.millrace.store.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.store.FaultyDisk;
import dev.millrace.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpochFileTest {
    private static final Path FILE = Path.of("/store/group/epochs");

    @Test
    void readsWhatItWrote() {
        try (FaultyDisk disk = new FaultyDisk()) {
            EpochFile file = EpochFile.open(disk, FILE);
            assertThat(file.history()).isEqualTo(EpochHistory.empty());

            file.begin(1, 0);
            file.begin(4, 700);
            file.begin(5, 900);
            file.cutAt(900);

            EpochHistory expected = EpochHistory.empty().begin(1, 0).begin(4, 700);
            assertThat(file.history()).isEqualTo(expected);
            assertThat(EpochFile.open(disk, FILE).history()).isEqualTo(expected);
            assertThat(disk.readText(FILE))
                    .startsWith("millrace-epochs 1\n1 0 ")
                    .contains("\n4 700 ");
        }
    }

    @Test
    void refusesAnEpochThatIsNotNewer() {
        try (FaultyDisk disk = new FaultyDisk()) {
            EpochFile file = EpochFile.open(disk, FILE);
            file.begin(4, 700);

            assertThatThrownBy(() -> file.begin(4, 800)).hasMessageContaining("epoch 4 at position 800 cannot follow");
            assertThat(file.history().lastEpoch()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsTheOldOrTheNewHistoryAfterAPowerCut(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (FaultyDisk disk = new FaultyDisk()) {
            EpochFile file = EpochFile.open(disk, FILE);
            List<EpochHistory> allowed = new ArrayList<>(List.of(file.history()));
            int[] crashes = {0};
            disk.setBeforeChange(() -> {
                try (FaultyDisk now = disk.fork();
                        FaultyDisk left = now.afterPowerCut(random.split())) {
                    assertThat(allowed)
                            .as("seed %d", seed)
                            .contains(EpochFile.open(left, FILE).history());
                    crashes[0]++;
                }
            });
            for (int epoch = 1; epoch < 20; epoch++) {
                EpochHistory now = file.history();
                EpochHistory next = epoch % 4 == 0 ? now.cutAt(epoch * 10L - 25) : now.begin(epoch, epoch * 10L);
                allowed.clear();
                allowed.add(now);
                allowed.add(next);
                if (epoch % 4 == 0) {
                    file.cutAt(epoch * 10L - 25);
                } else {
                    file.begin(epoch, epoch * 10L);
                }
                allowed.remove(now);
                try (FaultyDisk left = disk.afterPowerCut(random.split())) {
                    assertThat(EpochFile.open(left, FILE).history())
                            .as("seed %d", seed)
                            .isEqualTo(next);
                }
            }
            assertThat(crashes[0]).isGreaterThan(30);
        }
    }

    @Test
    void refusesEveryTornTailAndEveryChangedByte() {
        try (FaultyDisk disk = new FaultyDisk()) {
            EpochFile file = EpochFile.open(disk, FILE);
            file.begin(1, 0);
            file.begin(12, 70_000);
            String whole = disk.readText(FILE);

            for (int i = 0; i < whole.length(); i++) {
                disk.writeText(FILE, whole.substring(0, i));
                assertRefused(disk);
                char changed = whole.charAt(i) == '1' ? '2' : '1';
                disk.writeText(FILE, whole.substring(0, i) + changed + whole.substring(i + 1));
                assertRefused(disk);
            }
        }
    }

    private static void assertRefused(FaultyDisk disk) {
        assertThatThrownBy(() -> EpochFile.open(disk, FILE))
                .as(disk.readText(FILE))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("file /store/group/epochs")
                .hasMessageContaining("restore");
    }

    @Test
    void namesTheTornEntry() {
        try (FaultyDisk disk = new FaultyDisk()) {
            EpochFile.open(disk, FILE).begin(12, 70_000);
            String whole = disk.readText(FILE);

            disk.writeText(FILE, whole.substring(0, whole.indexOf("70000") + 3));

            assertThatThrownBy(() -> EpochFile.open(disk, FILE))
                    .hasMessageContaining("has no whole entry in line 2: '12 700'");
        }
    }
}
