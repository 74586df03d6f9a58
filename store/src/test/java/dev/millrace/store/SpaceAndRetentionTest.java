package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpaceAndRetentionTest {
    private static final Path FOLDER = Path.of("/store");
    private static final int SEGMENT_BYTES = 4096;
    private static final Duration UPKEEP = Duration.ofSeconds(11);

    private final FaultyDisk disk = new FaultyDisk();

    @AfterEach
    void freeMemory() {
        disk.close();
    }

    @Test
    void removesSegmentsThatAreTooOldAndWhatWasDerivedFromThem() {
        TestConfig config = config().withRetention(Duration.ofHours(1));
        try (TestStore test = new TestStore(config, disk, TestStore.newClock())) {
            fillSegments(test, 3);
            test.advance(Duration.ofHours(2));
            fillSegments(test, 1);

            test.advance(UPKEEP);
            test.run();

            assertThat(test.store.minPosition()).isEqualTo(3 * SEGMENT_BYTES);
            assertThat(disk.list(FOLDER.resolve("commitlog"))).hasSizeLessThanOrEqualTo(2);
            QueueLog queue = test.store.queue("t", 0);
            assertThat(queue.minOffset()).isPositive();
            assertThat(queue.storeTimeAt(queue.minOffset())).isPositive();
            assertThat(queue.storeTimeAt(queue.minOffset() - 1)).isEqualTo(-1);
            try (ReadResult low = test.store.read(queue, new ReadLimits(0, 1, 1, 1), EntryFilter.ALL)) {
                assertThat(low.status()).isEqualTo(ReadStatus.TOO_LOW);
                assertThat(low.nextOffset()).isEqualTo(queue.minOffset());
            }
        }
        try (TestStore test = new TestStore(config, disk, TestStore.newClock())) {
            assertThat(test.store.minPosition()).isEqualTo(3 * SEGMENT_BYTES);
            assertThat(test.store.queue("t", 0).minOffset()).isPositive();
        }
    }

    @Test
    void storesAllOfARequestOverASegmentEndOrNothing() {
        try (TestStore test = new TestStore(config(), disk, TestStore.newClock())) {
            test.send("t", 0, "x".repeat(SEGMENT_BYTES - 700));
            test.run();
            long end = test.store.maxPosition();
            disk.setLacksPages(file -> file.endsWith(String.format("%020d", SEGMENT_BYTES)));
            TestAppend both = pair(test);

            test.run();

            assertThat(both.outcome()).isInstanceOf(AppendOutcome.NotWritable.class);
            assertThat(test.store.maxPosition()).isEqualTo(end);
            disk.setLacksPages(file -> false);
            test.advance(UPKEEP);
            test.run();
            TestAppend again = pair(test);
            test.run();
            assertThat(again.isAppended()).isTrue();
            assertThat(again.queueOffsets).containsExactly(1, 2);
            assertThat(again.positions).containsExactly(end, SEGMENT_BYTES);
            assertThat(test.bodies("t", 0)).hasSize(3);
        }
        try (TestStore test = new TestStore(config(), disk, TestStore.newClock())) {
            assertThat(test.bodies("t", 0)).hasSize(3);
        }
    }

    /** Two records of some 400 bytes in one request. */
    private static TestAppend pair(TestStore test) {
        QueueLog queue = test.store.queue("t", 0);
        TestAppend both = TestAppend.of(
                new QueueLog[] {queue, queue},
                TestRecords.record("t", 0, "a".repeat(300), ""),
                TestRecords.record("t", 0, "b".repeat(300), ""));
        assertThat(test.store.append(both)).isTrue();
        return both;
    }

    @Test
    void keepsWhatAReaderHolds() {
        try (TestStore test = new TestStore(config().withRetention(Duration.ofHours(1)), disk, TestStore.newClock())) {
            fillSegments(test, 2);
            ReadResult held =
                    test.store.read(test.store.queue("t", 0), new ReadLimits(0, 2, 1 << 20, 100), EntryFilter.ALL);
            test.advance(Duration.ofHours(2));
            fillSegments(test, 1);
            test.advance(UPKEEP);
            test.run();
            assertThat(test.store.minPosition()).isPositive();

            assertThat(TestStore.bodies(held.slices().getFirst())).hasSize(2);

            held.close();
            test.advance(UPKEEP);
            test.run();
        }
    }

    @Test
    void neverRemovesTheLastSegment() {
        try (TestStore test = new TestStore(config().withRetention(Duration.ofHours(1)), disk, TestStore.newClock())) {
            test.send("t", 0, "old");
            test.run();
            test.advance(Duration.ofDays(30));

            test.run();

            assertThat(test.bodies("t", 0)).containsExactly("old");
        }
    }

    @Test
    void removesTheOldestSegmentWhenTheDiskIsUsedTooMuch() {
        TestConfig config = config().withDiskLimits(0.5, 0.9, 0);
        disk.setTotalBytes(16 * SEGMENT_BYTES);
        try (TestStore test = new TestStore(config, disk, TestStore.newClock())) {
            fillSegments(test, 8);
            assertThat(test.store.minPosition()).isZero();

            test.advance(UPKEEP);
            test.run();

            assertThat(test.store.minPosition()).isEqualTo(SEGMENT_BYTES);
        }
    }

    @Test
    void refusesAppendsBeforeTheDiskIsFullAndResumesByItself() {
        TestConfig config = config().withDiskLimits(1, 1, 2 * SEGMENT_BYTES);
        disk.setTotalBytes(8 * SEGMENT_BYTES);
        try (TestStore test = new TestStore(config, disk, TestStore.newClock())) {
            fillSegments(test, 6);
            test.advance(UPKEEP);
            test.run();

            TestAppend refused = test.send("t", 0, "refused");
            test.run();
            assertThat(refused.outcome()).isInstanceOfSatisfying(AppendOutcome.NotWritable.class, outcome -> {
                assertThat(outcome.state()).isEqualTo(WriteState.DISK_FULL);
                assertThat(outcome.reason()).contains("store.disk.reserve").contains("free space");
            });
            assertThat(test.bodies("t", 0)).isNotEmpty();

            disk.setTotalBytes(64 * SEGMENT_BYTES);
            test.advance(UPKEEP);
            test.run();
            TestAppend accepted = test.send("t", 0, "accepted");
            test.run();
            assertThat(accepted.isAppended()).isTrue();
        }
    }

    @Test
    void refusesWhenTheNextSegmentCannotBeMadeAndResumes() {
        disk.setTotalBytes(2 * SEGMENT_BYTES + 4096);
        try (TestStore test = new TestStore(config(), disk, TestStore.newClock())) {
            TestAppend last = test.send("t", 0, "x".repeat(500));
            test.run();
            while (last.isAppended()) {
                last = test.send("t", 0, "x".repeat(500));
                test.run();
            }
            assertThat(test.store.writeState()).isEqualTo(WriteState.DISK_FULL);
            long end = test.store.maxPosition();

            disk.setTotalBytes(64 * SEGMENT_BYTES);
            test.advance(UPKEEP);
            test.run();
            TestAppend accepted = test.send("t", 0, "x".repeat(500));
            test.run();

            assertThat(accepted.isAppended()).isTrue();
            assertThat(accepted.positions[0]).isGreaterThanOrEqualTo(end);
        }
    }

    @Test
    void waitsWithQueuesAndIndexForSpaceAndResumes() {
        TestConfig config = config().withIndexEnabled(true);
        try (TestStore test = new TestStore(config, disk, TestStore.newClock())) {
            test.send("t", 0, "before", "KEYS=k0");
            test.run();
            disk.setLacksBlocks(true);
            // To a queue of its own: the first page of the other has its block.
            TestAppend acknowledged = test.send("t", 1, "in the log only", "KEYS=k1");
            test.run();
            TestAppend refused = test.send("t", 0, "refused");
            test.advance(UPKEEP);
            test.run();

            assertThat(acknowledged.isAppended()).isTrue();
            assertThat(refused.outcome()).isInstanceOfSatisfying(AppendOutcome.NotWritable.class, outcome -> {
                assertThat(outcome.state()).isEqualTo(WriteState.DISK_FULL);
                assertThat(outcome.reason()).contains("no space left for bytes of " + FOLDER);
            });
            assertThat(test.bodies("t", 0)).containsExactly("before");
            assertThat(test.bodies("t", 1)).isEmpty();

            disk.setLacksBlocks(false);
            test.run();
            test.advance(UPKEEP);
            test.run();
            TestAppend accepted = test.send("t", 0, "after");
            test.run();

            assertThat(accepted.isAppended()).isTrue();
            assertThat(test.bodies("t", 0)).containsExactly("before", "after");
            assertThat(test.bodies("t", 1)).containsExactly("in the log only");
            assertThat(test.store.positionsByKey("t", "k1", 9, 0, Long.MAX_VALUE))
                    .containsExactly(acknowledged.positions[0]);
            assertThat(test.faults).isEmpty();
        }
    }

    @Test
    void closesWithoutSpaceForQueuesAndDerivesThemAtTheNextStart() {
        TestStore test = new TestStore(config(), disk, TestStore.newClock());
        disk.setLacksBlocks(true);
        TestAppend acknowledged = test.send("t", 0, "in the log only");
        test.run();

        test.close();
        disk.setLacksBlocks(false);

        assertThat(acknowledged.isAppended()).isTrue();
        try (TestStore next = new TestStore(config(), disk, TestStore.newClock())) {
            assertThat(next.bodies("t", 0)).containsExactly("in the log only");
        }
    }

    @Test
    void failsForGoodWhenAForceFails() {
        TestConfig config = config().withFlush(FlushMode.SYNC, Duration.ofMillis(1));
        TestStore test = new TestStore(config, disk, TestStore.newClock());
        TestAppend waiting = test.send("t", 0, "waiting");
        disk.setForceFails(true);

        test.run();

        assertThat(waiting.outcome()).isInstanceOf(AppendOutcome.Failed.class);
        assertThat(test.store.writeState()).isEqualTo(WriteState.FAILED);
        assertThat(test.faults).hasSize(1);
        disk.setForceFails(false);
        TestAppend later = test.send("t", 0, "later");
        test.run();
        assertThat(later.outcome()).isInstanceOf(AppendOutcome.Failed.class);
        assertThat(test.faults).hasSize(1);
        test.close();
        assertThat(disk.exists(FOLDER.resolve("abort"))).isTrue();
    }

    @Test
    void deletesATopicAndBeginsItAnew() {
        try (TestStore test = new TestStore(config(), disk, TestStore.newClock())) {
            QueueLog old = test.store.queue("t", 0);
            test.send("t", 0, "old 0");
            test.send("t", 0, "old 1");
            test.run();
            TestAppend late = TestAppend.of(old, TestRecords.record("t", 0, "late", ""));
            test.store.deleteTopic("t");
            test.store.append(late);
            test.send("t", 0, "new 0");

            test.run();

            assertThat(late.outcome()).isEqualTo(new AppendOutcome.QueueDeleted("t", 0));
            assertThat(old.isDeleted()).isTrue();
            assertThat(test.bodies("t", 0)).containsExactly("new 0");
            test.crashWithoutClosing();
        }
        try (FaultyDisk left = disk.afterKill();
                TestStore test = new TestStore(config(), left, TestStore.newClock())) {
            assertThat(test.bodies("t", 0)).containsExactly("new 0");
        }
    }

    private static TestConfig config() {
        return TestStore.config(FOLDER).withSegmentBytes(SEGMENT_BYTES);
    }

    private static void fillSegments(TestStore test, int count) {
        long until = test.store.maxPosition() + (long) count * SEGMENT_BYTES;
        while (test.store.maxPosition() < until) {
            test.send("t", 0, "x".repeat(300));
            test.run();
        }
    }
}
