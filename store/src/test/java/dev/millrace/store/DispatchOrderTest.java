package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What readers see follows what is in the log, and with {@code Sync} flush what is on the disk. */
class DispatchOrderTest {
    private static final Path FOLDER = Path.of("/store");
    private static final Path LOG = FOLDER.resolve("commitlog");

    private final FaultyDisk disk = new FaultyDisk();

    @AfterEach
    void freeMemory() {
        disk.close();
    }

    @Test
    void showsNothingThatIsNotForcedWithSyncFlush() {
        TestConfig config = TestStore.config(FOLDER).withFlush(FlushMode.SYNC, Duration.ofMillis(500));
        try (TestStore test = new TestStore(config, disk, TestStore.newClock())) {
            TestAppend request = test.send("t", 0, "body");
            test.turn("commit-log");

            test.turn("dispatch");

            assertThat(test.store.maxPosition()).isPositive();
            assertThat(test.store.dispatchedPosition()).isZero();
            assertThat(test.store.queue("t", 0).maxOffset()).isZero();
            assertThat(request.isAppended()).isFalse();
            test.turn("flush");
            test.turn("dispatch");
            assertThat(test.bodies("t", 0)).containsExactly("body");
            assertThat(request.isAppended()).isTrue();
        }
    }

    @Test
    void showsWhatIsNotForcedWithAsyncFlush() {
        TestConfig config = TestStore.config(FOLDER).withFlush(FlushMode.ASYNC, Duration.ofSeconds(10));
        try (TestStore test = new TestStore(config, disk, TestStore.newClock())) {
            test.send("t", 0, "body");
            test.turn("commit-log");

            test.turn("dispatch");

            assertThat(test.store.durablePosition()).isZero();
            assertThat(test.bodies("t", 0)).containsExactly("body");
        }
    }

    /**
     * The log loses the last record of queue {@code a}, whose entry is on the disk. A record of queue {@code b} of the
     * same size and offset takes its place; after one more crash the old entry must not point to it.
     */
    @Test
    void cutsEntriesOfLostRecordsSoThatNoLaterRecordTakesTheirPlace() {
        TestConfig config = TestStore.config(FOLDER).withDerivedFlushInterval(Duration.ofSeconds(3));
        ManualClock clock = TestStore.newClock();
        TestStore first = new TestStore(config, disk, clock);
        first.send("a", 0, "a0");
        first.send("b", 0, "b0");
        TestAppend lost = first.send("a", 0, "a1");
        first.run();
        disk.zeroLogFrom(LOG, lost.positions[0]);

        try (FaultyDisk left = disk.afterKill()) {
            TestStore second = new TestStore(config, left, clock);
            assertThat(second.bodies("a", 0)).containsExactly("a0");
            TestAppend other = second.send("b", 0, "b1");
            second.run();
            assertThat(other.positions[0]).isEqualTo(lost.positions[0]);
            second.advance(Duration.ofSeconds(4));
            second.run();

            try (FaultyDisk twice = left.afterKill()) {
                TestStore third = new TestStore(config, twice, clock);
                assertThat(third.bodies("a", 0)).containsExactly("a0");
                assertThat(third.bodies("b", 0)).containsExactly("b0", "b1");
            }
        }
    }
}
