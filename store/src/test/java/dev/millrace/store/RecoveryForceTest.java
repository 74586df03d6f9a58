package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What recovery derived again is forced before a checkpoint relies on it. */
class RecoveryForceTest {
    private static final int MESSAGES = 300;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aPowerCutAfterRecoveryTakesNoEntries(long seed) {
        TestConfig config = TestStore.config(Path.of("/store")).withFlush(FlushMode.SYNC, Duration.ofMillis(100));
        ManualClock clock = TestStore.newClock();
        try (FaultyDisk first = new FaultyDisk()) {
            TestStore test = new TestStore(config, first, clock);
            for (int i = 0; i < MESSAGES; i++) {
                test.send("t", 0, "m" + i);
            }
            test.run();
            try (FaultyDisk killed = first.afterKill()) {
                TestStore recovered = new TestStore(config, killed, clock);
                recovered.advance(Duration.ofMinutes(2));
                recovered.run();

                try (FaultyDisk dark = killed.afterPowerCut(new SplittableRandom(seed))) {
                    TestStore found = new TestStore(config, dark, clock);

                    assertThat(found.bodies("t", 0)).as("seed %d", seed).hasSize(MESSAGES);
                    TestAppend next = found.send("t", 0, "next");
                    found.run();
                    assertThat(next.queueOffsets[0]).as("seed %d", seed).isEqualTo(MESSAGES);
                }
            }
        }
    }
}
