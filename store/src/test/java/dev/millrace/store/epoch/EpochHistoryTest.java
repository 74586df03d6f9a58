package dev.millrace.store.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EpochHistoryTest {
    private static final EpochHistory ONE = EpochHistory.empty().begin(1, 0);

    @Test
    void sharesWhatTheSameEpochsWrote() {
        EpochHistory winner = ONE.begin(3, 100);
        EpochHistory loser = ONE.begin(2, 80);

        long common = winner.commonEnd(200, loser, 300);

        assertThat(common).isEqualTo(80);
        assertThat(loser.commonEnd(300, winner, 200)).isEqualTo(80);
    }

    @Test
    void doesNotTrustEqualLengths() {
        EpochHistory here = EpochHistory.empty().begin(2, 0);
        EpochHistory there = EpochHistory.empty().begin(1, 0);

        assertThat(here.commonEnd(500, there, 500)).isZero();
    }

    @Test
    void sharesNothingWithAnEpochThatBeginsElsewhere() {
        EpochHistory here = ONE.begin(4, 100);
        EpochHistory there = ONE.begin(4, 90);

        assertThat(here.commonEnd(200, there, 200)).isEqualTo(90);
    }

    @Test
    void endsAtTheShorterLog() {
        assertThat(ONE.commonEnd(50, ONE, 70)).isEqualTo(50);
        assertThat(ONE.commonEnd(70, ONE, 50)).isEqualTo(50);
        assertThat(ONE.commonEnd(70, EpochHistory.empty(), 0)).isZero();
    }

    @Test
    void replacesAnEpochThatWroteNothing() {
        EpochHistory history = ONE.begin(2, 100).begin(3, 100);

        assertThat(history).isEqualTo(ONE.begin(3, 100));
    }

    @Test
    void losesWhatIsCut() {
        EpochHistory history = ONE.begin(2, 100).begin(3, 150);

        assertThat(history.cutAt(150)).isEqualTo(ONE.begin(2, 100));
        assertThat(history.cutAt(0)).isEqualTo(EpochHistory.empty());
        assertThat(history.cutAt(151)).isEqualTo(history);
    }

    @Test
    void refusesEpochsThatGoBack() {
        assertThatThrownBy(() -> ONE.begin(1, 10)).hasMessageContaining("epoch 1 at position 10 cannot follow epoch 1");
        assertThatThrownBy(() -> ONE.begin(2, 10).begin(3, 9)).hasMessageContaining("position 9");
        assertThatThrownBy(() -> EpochHistory.empty().begin(0, 0)).hasMessageContaining("epochs begin with 1");
    }

    /** Copies follow masters at random, and each position remembers who wrote it. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsThePrefixThatIsTheSame(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<List<Long>> logs = new ArrayList<>();
        List<EpochHistory> histories = new ArrayList<>();
        for (int copy = 0; copy < 3; copy++) {
            logs.add(new ArrayList<>());
            histories.add(EpochHistory.empty());
        }

        for (long epoch = 1; epoch <= 60; epoch++) {
            int master = random.nextInt(3);
            histories.set(
                    master, histories.get(master).begin(epoch, logs.get(master).size()));
            for (int count = random.nextInt(6); count > 0; count--) {
                logs.get(master).add(epoch);
            }
            int replica = (master + 1 + random.nextInt(2)) % 3;
            int common = Math.toIntExact(histories
                    .get(master)
                    .commonEnd(
                            logs.get(master).size(),
                            histories.get(replica),
                            logs.get(replica).size()));

            assertThat(common).isEqualTo(samePrefix(logs.get(master), logs.get(replica)));

            int copied = common + random.nextInt(logs.get(master).size() - common + 1);
            logs.set(replica, new ArrayList<>(logs.get(master).subList(0, copied)));
            histories.set(replica, histories.get(master).cutAt(copied));
        }
    }

    private static int samePrefix(List<Long> one, List<Long> two) {
        int same = 0;
        while (same < Math.min(one.size(), two.size()) && one.get(same).equals(two.get(same))) {
            same++;
        }
        return same;
    }
}
