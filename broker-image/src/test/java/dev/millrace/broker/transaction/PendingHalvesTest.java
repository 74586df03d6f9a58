package dev.millrace.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PendingHalvesTest {
    private static Half half(long number, long nextCheckMs, String group) {
        return new Half(100 * number, number, 1000, nextCheckMs, 0, group);
    }

    private static PendingHalves.DueRule rule(long nowMs, int countMax) {
        return new PendingHalves.DueRule(nowMs, countMax, 15, 1_000_000, 50);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void holdsWhatAPlainMapHolds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        PendingHalves halves = new PendingHalves();
        TreeMap<Long, Half> model = new TreeMap<>();
        long next = 1;
        for (int step = 0; step < 5_000; step++) {
            int choice = random.nextInt(100);
            long any = random.nextLong(next + 1);
            if (choice < 50) {
                Half half = half(next, random.nextLong(2_000), "g" + random.nextInt(3));
                halves.add(half);
                model.put(next, half);
                next += 1 + random.nextInt(3);
            } else if (choice < 75) {
                halves.settled(100 * any);
                model.remove(any);
            } else if (choice < 98) {
                halves.settledQueueOffset(any);
                model.remove(any);
            } else {
                halves.forgetBefore(any);
                model.headMap(any, false).clear();
            }
        }

        assertThat(halves.content().halves()).containsExactlyElementsOf(model.values());
        assertThat(halves.count()).isEqualTo(model.size());
        assertThat(halves.firstPosition())
                .isEqualTo(model.firstEntry().getValue().position());
        List<Half> due = new ArrayList<>(model.values());
        due.removeIf(half -> half.nextCheckMs() > 1_000 || half.group().equals("g1"));
        assertThat(halves.takeDue(rule(1_000, 10_000), group -> !group.equals("g1")))
                .containsExactlyElementsOf(due);
    }

    @Test
    void aRecordThatIsToldAgainChangesNothing() {
        PendingHalves halves = new PendingHalves();
        halves.add(half(1, 0, "g"));
        halves.add(half(2, 0, "g"));
        halves.settled(100);

        halves.add(half(1, 0, "g"));

        assertThat(halves.content().halves()).containsExactly(half(2, 0, "g"));
    }

    @Test
    void aHalfIsClaimedOnceUntilItIsSettled() {
        PendingHalves halves = new PendingHalves();
        halves.add(half(1, 0, "g"));
        halves.reached(150);

        assertThat(halves.claim(100)).isTrue();
        assertThat(halves.claim(100)).isFalse();
        halves.release(100);
        assertThat(halves.claim(100)).isTrue();
        halves.settled(100);
        assertThat(halves.claim(100)).isFalse();
    }

    @Test
    void aHalfThatIsNotToldYetCanBeClaimedOnce() {
        PendingHalves halves = new PendingHalves();
        halves.reached(150);

        assertThat(halves.claim(200)).isTrue();
        assertThat(halves.claim(200)).isFalse();

        halves.add(half(2, 0, "g"));
        assertThat(halves.claim(200)).isFalse();
        assertThat(halves.takeDue(rule(5_000, 10), group -> true)).isEmpty();
        halves.settled(200);
        assertThat(halves.claim(200)).as("settled in the turn that told of it").isFalse();
    }

    @Test
    void halvesOfAGroupWithoutMembersWaitUncountedUntilTheyAreTooOld() {
        PendingHalves halves = new PendingHalves();
        halves.add(half(1, 0, "gone"));

        assertThat(halves.takeDue(rule(5_000, 10), group -> false)).isEmpty();
        assertThat(halves.takeDue(rule(5_049, 10), group -> true)).isEmpty();
        assertThat(halves.takeDue(rule(5_050, 10), group -> true))
                .singleElement()
                .satisfies(half -> assertThat(half.checkCount()).isZero());

        halves.schedule(100, 0, 0);
        assertThat(halves.takeDue(rule(1_001_000, 10), group -> false)).hasSize(1);
    }

    @Test
    void aTurnTakesNoMoreThanItMay() {
        PendingHalves halves = new PendingHalves();
        for (int i = 1; i <= 10; i++) {
            halves.add(half(i, 0, "g"));
        }

        assertThat(halves.takeDue(rule(5_000, 4), group -> true))
                .extracting(Half::queueOffset)
                .containsExactly(1L, 2L, 3L, 4L);
        assertThat(halves.before(400, 2)).extracting(Half::queueOffset).containsExactly(1L, 2L);
    }

    @Test
    void beginsAnewWithItsTopic() {
        PendingHalves halves = new PendingHalves();
        halves.add(half(7, 0, "g"));

        halves.add(new Half(9_000, 0, 1, 1, 0, "g"));

        assertThat(halves.content().halves()).extracting(Half::queueOffset).containsExactly(0L);
    }
}
