package dev.millrace.broker.deduplication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoredKeysTest {
    /** What it should do, in plain collections. */
    private static final class Model {
        private record Entry(long fingerprint, long position, long timeMs) {}

        private final ArrayDeque<Entry> order = new ArrayDeque<>();
        private final Map<Long, Long> positions = new HashMap<>();
        private int countMax;
        private long timeMs;

        Model(int countMax, long timeMs) {
            limit(countMax, timeMs);
        }

        void limit(int newCountMax, long newTimeMs) {
            countMax = newCountMax;
            timeMs = newTimeMs;
            while (order.size() > countMax) {
                forgetOldest();
            }
        }

        void forget(long nowMs) {
            while (!order.isEmpty() && nowMs - order.element().timeMs > timeMs) {
                forgetOldest();
            }
        }

        long find(long fingerprint, long nowMs) {
            forget(nowMs);
            return positions.getOrDefault(fingerprint, StoredKeys.NONE);
        }

        void add(long fingerprint, long position, long nowMs) {
            forget(nowMs);
            if (positions.containsKey(fingerprint)) {
                return;
            }
            if (order.size() == countMax) {
                forgetOldest();
            }
            order.add(new Entry(fingerprint, position, nowMs));
            positions.put(fingerprint, position);
        }

        private void forgetOldest() {
            positions.remove(order.remove().fingerprint);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void holdsWhatPlainCollectionsHold(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int countMax = random.nextInt(1, 5000);
        long timeMs = random.nextLong(1, 4000);
        StoredKeys keys = new StoredKeys(countMax, timeMs);
        Model model = new Model(countMax, timeMs);
        long now = 1_700_000_000_000L + random.nextLong(1L << 33);
        long[] times = new long[60_000];
        for (int i = 0; i < times.length; i++) {
            // Few values, and many that share their lower bits: both meet in the table.
            long fingerprint = random.nextLong(9000) << (random.nextBoolean() ? 0 : 24);
            times[i] = now;
            keys.add(fingerprint, i, now);
            model.add(fingerprint, i, now);
            now += random.nextInt(10) == 0 ? random.nextInt(3) : 0;
            now += random.nextInt(20_000) == 0 ? 2 * timeMs : 0;
            // Much is too old at once, and more than one call forgets; the last one is not.
            now += random.nextInt(1_000) == 0 ? timeMs : 0;
            if (random.nextInt(15_000) == 0) {
                int newCount = random.nextInt(1, 6000);
                timeMs = random.nextLong(1, 4000);
                keys.limit(newCount, timeMs);
                forgetAll(keys, now);
                model.limit(newCount, timeMs);
            }
            if (i % 64 == 0) {
                assertThat(findYoung(keys, fingerprint, times, now - timeMs)).isEqualTo(model.find(fingerprint, now));
                long other = random.nextLong(9000);
                assertThat(findYoung(keys, other, times, now - timeMs)).isEqualTo(model.find(other, now));
            }
        }
        forgetAll(keys, now);
        model.forget(now);
        assertThat(keys.count()).isEqualTo(model.order.size());
        assertThat(keys.oldestPosition())
                .isEqualTo(model.order.isEmpty() ? StoredKeys.NONE : model.order.element().position);
        model.positions.forEach(
                (fingerprint, position) -> assertThat(keys.find(fingerprint)).isEqualTo(position));
    }

    /** As a window does: what is found is young enough, or counts as not found. */
    private static long findYoung(StoredKeys keys, long fingerprint, long[] times, long oldestMs) {
        long found = keys.find(fingerprint);
        return found == StoredKeys.NONE || times[(int) found] < oldestMs ? StoredKeys.NONE : found;
    }

    private static void forgetAll(StoredKeys keys, long nowMs) {
        while (keys.forget(nowMs)) {
            assertThat(keys.count()).isPositive();
        }
    }

    @Test
    void forgetsInBoundedSteps() {
        StoredKeys keys = new StoredKeys(100_000, 1000);
        for (int i = 0; i < 100_000; i++) {
            keys.add(Fingerprint.of("m" + i), i, 5);
        }
        keys.limit(10_000, 1000);

        assertThat(keys.forget(5)).isTrue();
        assertThat(keys.count()).isEqualTo(100_000 - StoredKeys.FORGET_MAX);
        keys.add(Fingerprint.of("one more"), 100_000, 5);
        assertThat(keys.count()).isEqualTo(100_000 - 2 * StoredKeys.FORGET_MAX);
        forgetAll(keys, 5);

        assertThat(keys.count()).isEqualTo(10_000);
        assertThat(keys.bytes()).as("memory is given back").isLessThan(600_000);
        assertThat(keys.find(Fingerprint.of("m90001"))).isEqualTo(90_001);
        assertThat(keys.find(Fingerprint.of("m90000"))).isEqualTo(StoredKeys.NONE);
    }

    @Test
    void aMillionMessagesTakeLessThan30Megabytes() {
        StoredKeys keys = new StoredKeys(1_000_000, 1000);
        for (int i = 0; i < 2_000_000; i++) {
            keys.add(Fingerprint.of("7F000001002A9F" + i), i, 5);
        }

        assertThat(keys.count()).isEqualTo(1_000_000);
        assertThat(keys.bytes()).isLessThan(30_000_000);
    }

    @Test
    void fingerprintsOfLikeIdsDiffer() {
        Map<Long, String> seen = new HashMap<>();
        for (int i = 0; i < 300_000; i++) {
            String id = "7F00000100002A9F0000" + Integer.toHexString(i);
            assertThat(seen.put(Fingerprint.of(id), id)).isNull();
        }
        assertThat(Fingerprint.of("a")).isNotEqualTo(Fingerprint.of("a\0"));
        assertThat(Fingerprint.of("")).isNotEqualTo(Fingerprint.of("\0"));
    }
}
