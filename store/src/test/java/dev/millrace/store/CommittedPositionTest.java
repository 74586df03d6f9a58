package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.store.replica.CopyOutcome;
import dev.millrace.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In a broker group nothing is answered or shown before it is committed. */
class CommittedPositionTest {
    private static final Path FOLDER = Path.of("/store");

    private final ManualClock clock = TestStore.newClock();
    private final Remembering follower = new Remembering();
    private FaultyDisk disk = new FaultyDisk();

    private static final class Remembering implements LogFollower {
        private final List<Long> positions = new ArrayList<>();
        private long reached = -1;
        private long resume;

        @Override
        public long resumePosition(long endPosition) {
            return resume;
        }

        @Override
        public boolean wants(LogRecord record) {
            return true;
        }

        @Override
        public void follow(LogRecord record) {
            positions.add(record.position());
        }

        @Override
        public void reached(long position) {
            reached = position;
        }
    }

    @AfterEach
    void close() {
        disk.close();
    }

    private TestStore open(FlushMode mode) {
        TestConfig config = TestStore.config(FOLDER)
                .withIndexEnabled(true)
                .withFlush(mode, Duration.ofMillis(500))
                .withDerivedFlushInterval(Duration.ofSeconds(1));
        return TestStore.inGroup(config, disk, clock, List.of(follower));
    }

    private TestStore openAsMaster(FlushMode mode) {
        TestStore test = open(mode);
        test.done(test.group().becomeMaster());
        return test;
    }

    private void nextProcessAfterKill() {
        FaultyDisk left = disk.afterKill();
        disk.close();
        disk = left;
    }

    @ParameterizedTest
    @EnumSource(FlushMode.class)
    void answersAndShowsNothingBeforeItIsCommitted(FlushMode mode) {
        TestStore test = openAsMaster(mode);
        TestAppend first = test.send("t", 0, "one", "KEYS=k");
        TestAppend second = test.send("t", 0, "two");
        second.waitForDurable = false;
        test.run();
        test.advance(Duration.ofSeconds(2));
        test.run();

        assertThat(first.outcome()).isNull();
        assertThat(second.outcome()).isNull();
        assertThat(test.bodies("t", 0)).isEmpty();
        assertThat(test.store.recordAt(0)).isEmpty();
        assertThat(test.store.positionsByKey("t", "k", 9, 0, Long.MAX_VALUE)).isEmpty();
        assertThat(follower.positions).isEmpty();
        assertThat(test.group().forcedPosition()).isEqualTo(second.endPosition());

        test.group().committed(first.endPosition());
        test.run();

        assertThat(first.isAppended()).isTrue();
        assertThat(second.outcome()).isNull();
        assertThat(test.bodies("t", 0)).containsExactly("one");
        assertThat(test.store.recordAt(0)).isPresent();
        assertThat(test.store.recordAt(second.positions[0])).isEmpty();
        assertThat(test.store.positionsByKey("t", "k", 9, 0, Long.MAX_VALUE)).containsExactly(0L);
        assertThat(follower.reached).isEqualTo(first.endPosition());
        assertThat(test.store.committedPosition()).isEqualTo(first.endPosition());
    }

    @Test
    void neverFallsAndNeverPassesTheEnd() {
        TestStore test = openAsMaster(FlushMode.ASYNC);
        TestAppend first = test.send("t", 0, "one");
        test.run();

        test.group().committed(Long.MAX_VALUE);
        test.group().committed(7);
        test.run();
        assertThat(test.store.committedPosition()).isEqualTo(first.endPosition());

        TestAppend second = test.send("t", 0, "two");
        test.run();
        assertThat(second.outcome()).as("what was told is not kept for later").isNull();
    }

    @Test
    void aStoreThatStandsAloneCommitsWhatItsFlushModeWaitsFor() {
        try (TestStore test =
                new TestStore(TestStore.config(FOLDER).withFlush(FlushMode.SYNC, Duration.ofSeconds(1)), disk, clock)) {
            TestAppend request = test.send("t", 0, "one");
            test.turn("commit-log");
            assertThat(test.store.committedPosition()).isZero();
            test.turn("flush");
            assertThat(test.store.committedPosition()).isEqualTo(request.endPosition());
        }
        try (TestStore test = new TestStore(TestStore.config(FOLDER), disk, clock)) {
            TestAppend request = test.send("t", 0, "two");
            test.turn("commit-log");
            assertThat(test.store.committedPosition()).isEqualTo(request.endPosition());
        }
    }

    @Test
    void aStartGoesOnFromTheCommittedPosition() {
        TestStore test = openAsMaster(FlushMode.ASYNC);
        for (int i = 0; i < 100; i++) {
            test.send("t", i % 3, "x".repeat(400) + i, "KEYS=k" + i);
        }
        test.run();
        long middle = test.group().endPosition();
        test.group().committed(middle);
        test.send("t", 0, "last");
        test.run();
        long end = test.group().endPosition();
        int told = follower.positions.size();
        nextProcessAfterKill();

        TestStore next = open(FlushMode.ASYNC);

        assertThat(next.group().endPosition()).isEqualTo(end);
        assertThat(next.group().committedPosition()).isEqualTo(middle);
        assertThat(next.store.dispatchedPosition()).isEqualTo(middle);
        assertThat(next.bodies("t", 0)).hasSize(34).doesNotContain("last");
        assertThat(follower.positions).hasSize(2 * told);

        next.group().committed(end);
        next.run();

        assertThat(next.bodies("t", 0)).hasSize(35).endsWith("last");
        assertThat(next.store.positionsByKey("t", "k99", 9, 0, Long.MAX_VALUE)).hasSize(1);
    }

    @Test
    void aCleanEndKeepsWhatIsNotCommitted() {
        TestStore test = openAsMaster(FlushMode.ASYNC);
        TestAppend first = test.send("t", 0, "one");
        TestAppend second = test.send("t", 0, "two");
        test.run();
        test.group().committed(first.endPosition());
        test.run();

        test.close();

        assertThat(first.isAppended()).isTrue();
        assertThat(second.outcome()).isInstanceOf(AppendOutcome.MastershipEnded.class);
        TestStore next = open(FlushMode.ASYNC);
        assertThat(next.group().endPosition()).isEqualTo(second.endPosition());
        assertThat(next.bodies("t", 0)).containsExactly("one");
        next.close();
        assertThat(open(FlushMode.ASYNC).group().committedPosition()).isEqualTo(first.endPosition());
    }

    @Test
    void followersMaySaveWhatTheNextStartKnowsToBeCommitted() {
        TestStore test = openAsMaster(FlushMode.ASYNC);
        TestAppend request = test.send("t", 0, "one");
        test.run();
        test.advance(Duration.ofSeconds(1));
        test.run();
        test.group().committed(request.endPosition());
        test.turn("commit-log");
        assertThat(test.group().forcedPosition()).isEqualTo(request.endPosition());
        assertThat(test.store.durablePosition()).isZero();

        test.advance(Duration.ofSeconds(1));
        test.run();

        assertThat(test.store.durablePosition()).isEqualTo(request.endPosition());
    }

    @Test
    void aLogThatLostWhatWasCommittedIsVolatile() {
        TestStore test = openAsMaster(FlushMode.ASYNC);
        TestAppend first = test.send("t", 0, "one");
        TestAppend second = test.send("t", 0, "two");
        test.run();
        test.group().committed(second.endPosition());
        test.run();
        nextProcessAfterKill();
        disk.zeroLogFrom(FOLDER.resolve("commitlog"), second.positions[0]);

        TestStore next = open(FlushMode.ASYNC);

        assertThat(next.group().endPosition()).isEqualTo(first.endPosition());
        assertThat(next.group().committedPosition()).isEqualTo(first.endPosition());
        assertThat(next.group().identity().isVolatile()).isTrue();
        assertThat(next.bodies("t", 0)).containsExactly("one");
    }

    @Test
    void aForceThatFailsIsFinal() {
        TestStore test = openAsMaster(FlushMode.SYNC);
        TestAppend waiting = test.send("t", 0, "one");
        test.turn("commit-log");
        disk.setForceFails(true);
        test.turn("flush");
        disk.setForceFails(false);
        test.run();

        assertThat(waiting.outcome()).isInstanceOf(AppendOutcome.Failed.class);
        assertThat(test.group().forcedPosition()).isZero();
        assertThat(test.await(test.group().cutTo(0))).isInstanceOf(CopyOutcome.Failed.class);
    }

    @Test
    void aFolderThatStoodAloneCountsAsCommitted() {
        try (TestStore alone = new TestStore(TestStore.config(FOLDER), disk, clock)) {
            alone.send("t", 0, "one");
            alone.run();
        }

        TestStore test = open(FlushMode.ASYNC);

        assertThat(test.bodies("t", 0)).containsExactly("one");
        assertThat(test.group().identity().storageId()).isEqualTo("id");
        test.close();
        assertThatThrownBy(() -> new TestStore(TestStore.config(FOLDER), disk, clock))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("folder /store is a copy of a broker group; open it as one");
    }
}
