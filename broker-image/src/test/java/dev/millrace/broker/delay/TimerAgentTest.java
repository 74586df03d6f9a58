package dev.millrace.broker.delay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.RecallHandle;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.store.DiskFullException;
import dev.millrace.store.FaultyDisk;
import dev.millrace.store.FlushMode;
import dev.millrace.store.LogSlice;
import dev.millrace.store.TestAppend;
import dev.millrace.store.TestConfig;
import dev.millrace.store.TestStore;
import dev.millrace.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages come at their time, once, whatever happens between. */
final class TimerAgentTest {
    private static final Duration YEAR = Duration.ofDays(365);

    private final FaultyDisk disk = new FaultyDisk();
    private final ManualClock clock = TestStore.newClock();

    @AfterEach
    void freeMemory() {
        disk.close();
    }

    private TimedStore open(String... settings) {
        return new TimedStore(disk, clock, settings);
    }

    @Test
    void deliversAtTheDueTimeAndNotBefore() {
        try (TimedStore store = open()) {
            store.send("t", "later", Duration.ofMillis(700));
            store.send("t", "sooner", Duration.ofMillis(300));
            store.run();
            clock.advance(Duration.ofMillis(299));
            store.run();
            assertThat(store.bodies("t")).isEmpty();

            clock.advance(Duration.ofMillis(1));
            store.run();
            assertThat(store.bodies("t")).containsExactly("sooner");

            clock.advance(Duration.ofMillis(400));
            store.run();
            assertThat(store.bodies("t")).containsExactly("sooner", "later");
            assertThat(store.figures().lostTotal()).isZero();
        }
    }

    @Test
    void leavesThePropertiesAsRocketMqDoesAndNamesTheRecordThatItSettles() {
        try (TimedStore store = open()) {
            store.test.send("other", 0, "first");
            TestAppend sent = store.send("t", "body", Duration.ofMillis(50));
            store.run();
            clock.advance(Duration.ofMillis(60));
            store.run();

            long position = sent.positions[0] + sent.sizes[0];
            try (LogSlice slice = store.test.store.recordAt(position).orElseThrow()) {
                StoredMessage message = StoredMessage.decode(slice.bytes(), 0);
                assertThat(message.preparedPosition()).isEqualTo(sent.positions[0]);
                assertThat(message.properties())
                        .containsEntry("REAL_TOPIC", "t")
                        .containsEntry("UNIQ_KEY", "id-body")
                        .containsKeys("TIMER_OUT_MS", "TIMER_ENQUEUE_MS", "TIMER_DEQUEUE_MS", "REAL_QID")
                        .doesNotContainKey("TIMER_ROLL_TIMES");
            }
        }
    }

    @Test
    void deliversMessagesOfOneMomentInTheOrderInWhichTheyWereStored() {
        try (TimedStore store = open()) {
            long due = clock.millis() + 5000;
            List<String> bodies = IntStream.range(0, 300).mapToObj(i -> "m" + i).toList();
            bodies.forEach(body -> store.sendAt("t", body, due));
            store.run();
            store.pass(Duration.ofSeconds(6), Duration.ofMillis(500));

            assertThat(store.bodies("t")).isEqualTo(bodies);
        }
    }

    @Test
    void deliversInTheOrderOfTimeThoughTheWindowHoldsFew() {
        SplittableRandom random = new SplittableRandom(5);
        try (TimedStore store = open("broker.delay.window-count=16")) {
            List<Long> dues = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                long due = clock.millis() + random.nextLong(3 * CalendarHour.LENGTH_MS);
                dues.add(due);
                store.sendAt("t", Long.toString(due), due);
                if (i % 50 == 0) {
                    store.run();
                }
            }
            store.pass(Duration.ofHours(3), Duration.ofSeconds(20));

            dues.sort(Comparator.naturalOrder());
            assertThat(store.bodies("t"))
                    .isEqualTo(dues.stream().map(String::valueOf).toList());
            assertThat(store.figures().pendingCount()).isZero();
        }
    }

    @Test
    void deliversWhatBecameDueWhileItWasDownInTheOrderOfTime() {
        try (TimedStore store = open()) {
            store.send("t", "year", YEAR);
            store.send("t", "hour", Duration.ofHours(1));
            store.send("t", "minute", Duration.ofMinutes(1));
            store.run();
        }
        clock.advance(Duration.ofHours(5));

        try (TimedStore store = open()) {
            store.run();
            assertThat(store.bodies("t")).containsExactly("minute", "hour");
        }
        clock.advance(YEAR);
        try (TimedStore store = open()) {
            store.run();
            assertThat(store.bodies("t")).containsExactly("minute", "hour", "year");
        }
        try (TimedStore store = open()) {
            store.run();
            assertThat(store.bodies("t")).hasSize(3);
        }
    }

    @Test
    void makesTheCalendarAgainWhenItIsGoneOrDamaged() {
        try (TimedStore store = open()) {
            store.send("t", "done", Duration.ofSeconds(1));
            store.send("t", "open", Duration.ofHours(1));
            store.pass(Duration.ofSeconds(30), Duration.ofSeconds(1));
            assertThat(store.bodies("t")).containsExactly("done");
        }
        disk.writeText(TimedStore.FOLDER.resolve("timers/calendar"), "millrace-calendar 1\nposition 5\ncrc 0\n");

        try (TimedStore store = open()) {
            store.run();
            assertThat(store.figures().pendingCount()).isEqualTo(1);
            store.pass(Duration.ofHours(1), Duration.ofMinutes(1));
            assertThat(store.bodies("t")).containsExactly("done", "open");
        }
    }

    @Test
    void recallsAMessageThatIsHeldBackAndNoOther() {
        try (TimedStore store = open()) {
            long due = clock.millis() + 60_000;
            store.sendAt("t", "a", due);
            store.sendAt("t", "b", due);
            store.run();

            assertThat(store.recall("t", "a", due)).isInstanceOf(TimerRecalls.Outcome.Recalled.class);
            assertThat(store.recall("t", "a", due)).isInstanceOf(TimerRecalls.Outcome.NotPending.class);
            assertThat(store.recall("u", "b", due)).isInstanceOf(TimerRecalls.Outcome.NotPending.class);
            assertThat(store.recall("t", "b", due + 1)).isInstanceOf(TimerRecalls.Outcome.NotPending.class);
            assertThat(store.recall("t", "c", due)).isInstanceOf(TimerRecalls.Outcome.NotPending.class);
        }
        try (TimedStore store = open()) {
            store.pass(Duration.ofMinutes(2), Duration.ofSeconds(5));
            assertThat(store.bodies("t")).containsExactly("b");
        }
    }

    @Test
    void recallsRightAfterTheSendAndNotAfterTheDelivery() {
        try (TimedStore store = open()) {
            long due = clock.millis() + 1000;
            store.sendAt("t", "a", due);
            store.test.turn("commit-log");
            assertThat(store.recall("t", "a", due)).isInstanceOf(TimerRecalls.Outcome.Recalled.class);

            store.sendAt("t", "b", due);
            store.run();
            clock.advance(Duration.ofSeconds(1));
            // The delivery is under way, but nothing of it is in the log yet.
            store.agent.turn();
            assertThat(store.recall("t", "b", due)).isInstanceOf(TimerRecalls.Outcome.NotPending.class);
            assertThat(store.bodies("t")).containsExactly("b");
        }
    }

    @Test
    void storesAMessageAgainBeforeItsSegmentIsRemoved() {
        TestConfig config = TestStore.config(TimedStore.FOLDER).withRetention(Duration.ofHours(1));
        long due = clock.millis() + Duration.ofDays(2).toMillis();
        try (TimedStore store = new TimedStore(config, disk, clock, "broker.delay.save-interval=1s")) {
            store.sendAt("t", "held", due);
            store.run();
            for (int hours = 0; hours < 30; hours++) {
                for (int i = 0; i < 10; i++) {
                    store.test.send("filler", 0, "x".repeat(2000));
                }
                store.pass(Duration.ofHours(1), Duration.ofMinutes(10));
            }
            assertThat(store.test.store.minPosition()).isGreaterThan(10L * TestStore.SEGMENT_BYTES);
            assertThat(store.figures().rolledTotal()).isGreaterThan(5);
            assertThat(store.figures().pendingCount()).isEqualTo(1);
            assertThat(store.bodies("t")).isEmpty();
        }
        try (TimedStore store = new TimedStore(config, disk, clock, "broker.delay.save-interval=1s")) {
            store.pass(Duration.ofHours(19), Duration.ofMinutes(10));
            assertThat(store.bodies("t")).containsExactly("held");
            assertThat(store.figures().pendingCount()).isZero();
        }
    }

    @Test
    void deliversNoMoreThanItsRateHoweverManyAreOverdue() {
        try (TimedStore store = open("broker.delay.rate-max=100")) {
            for (int i = 0; i < 60; i++) {
                store.send("t", "m" + i, Duration.ofSeconds(1));
            }
            store.run();
            clock.advance(Duration.ofMinutes(1));
            store.run();
            assertThat(store.bodies("t")).hasSize(10);

            clock.advance(Duration.ofMillis(50));
            store.run();
            assertThat(store.bodies("t")).hasSize(15);
            store.pass(Duration.ofSeconds(1), Duration.ofMillis(50));
            assertThat(store.bodies("t")).hasSize(60);
        }
    }

    @Test
    void triesAgainWhenTheLogTakesNothing() {
        disk.setTotalBytes(1 << 20);
        TestConfig config = TestStore.config(TimedStore.FOLDER).withDiskLimits(1, 1, 1000);
        try (TimedStore store = new TimedStore(config, disk, clock)) {
            store.send("t", "held", Duration.ofSeconds(3));
            store.run();
            disk.setTotalBytes(1);
            store.pass(Duration.ofSeconds(5), Duration.ofMillis(100));
            assertThat(store.bodies("t")).isEmpty();

            disk.setTotalBytes(1 << 20);
            store.pass(Duration.ofSeconds(5), Duration.ofMillis(100));
            assertThat(store.bodies("t")).containsExactly("held");
        }
    }

    @Test
    void takesOverWhatRocketMqsBrokerHeldBackDeliveredRolledAndRecalled() {
        long due = clock.millis() + 3_600_000;
        try (TimedStore store = open()) {
            store.test.send("other", 0, "first");
            store.sendAt("t", "delivered", due);
            store.sendAt("t", "rolled", due);
            store.sendAt("t", "recalled", due);
            store.sendAt("t", "recalled2", due);
            store.sendAt("t", "open", due);
            store.run();
            store.test.send(
                    "t",
                    0,
                    "delivered",
                    "UNIQ_KEY=id-delivered;TIMER_OUT_MS=" + due + ";REAL_TOPIC=t;REAL_QID=0;TIMER_DEQUEUE_MS=1");
            store.sendRecord("rolled", due, "UNIQ_KEY=id-rolled;REAL_TOPIC=t;REAL_QID=0;TIMER_ROLL_TIMES=1");
            store.sendRecord("0", due, "UNIQ_KEY=x;REAL_TOPIC=t;REAL_QID=0;TIMER_DEL_UNIQKEY=id-recalled");
            store.sendRecord("0", due, "UNIQ_KEY=y;REAL_TOPIC=t;REAL_QID=0;TIMER_DEL_UNIQKEY=t+id-recalled2");
            store.test.run();
            store.crash();
        }
        disk.delete(TimedStore.FOLDER.resolve("timers/calendar"));

        try (TimedStore store = open()) {
            store.run();
            assertThat(store.figures().pendingCount()).isEqualTo(2);
            store.pass(Duration.ofHours(1), Duration.ofMinutes(1));
            assertThat(store.bodies("t")).containsExactly("delivered", "open", "rolled");
        }
    }

    @Test
    void writesAnHourAnewWhenMostOfItIsRecalled() {
        long due = clock.millis() + 7_200_000;
        try (TimedStore store = open("broker.delay.save-interval=1s")) {
            for (int i = 0; i < 5000; i++) {
                store.sendAt("t", "m" + i, due);
                if (i % 500 == 0) {
                    store.run();
                }
            }
            store.run();
            for (int i = 0; i < 4990; i++) {
                agentRecall(store, "m" + i, due);
                if (i % 500 == 0) {
                    store.run();
                }
            }
            store.pass(Duration.ofSeconds(10), Duration.ofSeconds(1));
            assertThat(store.figures().pendingCount()).isEqualTo(10);
        }
        String calendar = disk.readText(TimedStore.FOLDER.resolve("timers/calendar"));
        assertThat(calendar).containsPattern("hour \\d+ 10 \\d+\n");
        try (TimedStore store = open()) {
            store.pass(Duration.ofHours(2), Duration.ofMinutes(1));
            assertThat(store.bodies("t")).hasSize(10).contains("m4990", "m4999");
        }
    }

    private static void agentRecall(TimedStore store, String body, long dueMs) {
        store.agent.recalls().recall(new RecallHandle("t", "b", dueMs, "id-" + body));
    }

    @Test
    void skipsARecordThatSaysNotWhereItGoes() {
        try (TimedStore store = open()) {
            store.sendRecord("lost", clock.millis() + 100, "UNIQ_KEY=1");
            store.sendRecord("odd", clock.millis() + 100, "REAL_TOPIC=t;REAL_QID=many");
            store.test.send(TopicNames.TIMER, 0, "no time", "REAL_TOPIC=t;REAL_QID=0");
            store.send("t", "good", Duration.ofMillis(100));
            store.run();
            store.pass(Duration.ofSeconds(2), Duration.ofMillis(100));

            assertThat(store.bodies("t")).containsExactly("good");
            assertThat(store.figures().lostTotal()).isEqualTo(2);
            assertThat(store.figures().pendingCount()).isZero();
        }
    }

    @Test
    void aCalendarThatCanNotBeForcedIsNotForcedAgain() {
        try (TimedStore store = open("broker.delay.save-interval=1s")) {
            store.send("t", "first", Duration.ofHours(1));
            store.pass(Duration.ofSeconds(10), Duration.ofSeconds(1));
            String saved = disk.readText(TimedStore.FOLDER.resolve("timers/calendar"));
            store.send("t", "second", Duration.ofHours(1));
            store.run();
            clock.advance(Duration.ofSeconds(20));
            store.test.run();
            store.agent.turn();
            disk.setForceFails(true);
            store.agent.save();
            disk.setForceFails(false);

            store.pass(Duration.ofMinutes(5), Duration.ofSeconds(5));

            assertThat(store.follower.refusal()).contains("can't be saved").contains("restart");
            assertThat(disk.readText(TimedStore.FOLDER.resolve("timers/calendar")))
                    .isEqualTo(saved);
            store.crash();
        }
        try (TimedStore store = open()) {
            assertThat(store.follower.refusal()).isNull();
            store.pass(Duration.ofHours(1), Duration.ofMinutes(1));
            assertThat(store.bodies("t")).containsExactly("first", "second");
        }
    }

    @Test
    void keepsNoMoreThanItsFollowerCountsWhileTheCalendarLacksSpace() {
        try (TimedStore store = open()) {
            disk.setLacksBlocks(true);
            for (int i = 0; i < 20; i++) {
                store.send("t", "m" + i, Duration.ofMinutes(1));
                // The queue of the held messages lacks space too; the log does not.
                store.test.turn("commit-log");
                store.follower.note(TimerEvents.ADD, clock.millis() + 60_000, i + 1_000_000, 0);
                store.agent.turn();
            }

            assertThat(store.follower.waitingCount()).isGreaterThanOrEqualTo(19);
            disk.setLacksBlocks(false);
            store.agent.turn();
            store.agent.turn();
            assertThat(store.follower.waitingCount()).isZero();
        }
    }

    @Test
    void anHourThatCanNotBeWrittenAnewForLackOfSpaceKeepsItsPages() {
        long due = clock.millis() + 7_200_000;
        TimerCalendar calendar = TimerCalendar.open(disk, TimedStore.FOLDER.resolve("timers"), 1L << 40);
        int count = 256 * 40;
        for (int i = 0; i < count; i++) {
            calendar.add(due, i + 1, i);
        }
        for (int i = 0; i < count - 1500; i++) {
            calendar.settle(due, i + 1);
        }
        // Takes all free pages but some, so that what is written anew runs out of them.
        long other = due + 3_600_000;
        for (int i = 0; i < 256 * (256 - 40 - 3); i++) {
            calendar.add(other, count + i + 1, i);
        }
        disk.setLacksBlocks(true);

        assertThat(calendar.tidy(clock.millis())).isFalse();

        disk.setLacksBlocks(false);
        TimerCalendar.Snapshot snapshot = calendar.snapshot(1);
        calendar.write(snapshot);
        calendar.written(snapshot);
        assertThat(calendar.tidy(clock.millis())).isTrue();
        assertThat(CalendarPages.countIn(disk, TimedStore.FOLDER.resolve("timers")) / 256)
                .as("files of pages, if none leaked")
                .isLessThanOrEqualTo(2);
        calendar.close();
    }

    @Test
    void savesNothingThatADurableLogDoesNotHold() {
        TestConfig config = TestStore.config(TimedStore.FOLDER).withFlush(FlushMode.ASYNC, Duration.ofHours(1));
        try (TimedStore store = new TimedStore(config, disk, clock, "broker.delay.save-interval=1s")) {
            store.send("t", "first", Duration.ofHours(9));
            store.pass(Duration.ofHours(2), Duration.ofMinutes(30));
            long durable = store.test.store.durablePosition();
            assertThat(durable).isEqualTo(store.test.store.maxPosition());
            store.test.send("filler", 0, "moves the end");
            clock.advance(Duration.ofHours(2));
            store.run();
            String saved = disk.readText(TimedStore.FOLDER.resolve("timers/calendar"));

            // Noted, but the turn is not over: the place that was reached is still durable.
            long reached = store.test.store.durablePosition();
            store.test.send("filler", 0, "y");
            store.send("t", "second", Duration.ofHours(9));
            store.test.turn("commit-log");
            store.test.turn("dispatch");
            store.follower.reached(reached + 1);
            clock.advance(Duration.ofSeconds(30));
            store.agent.turn();
            store.agent.save();

            assertThat(disk.readText(TimedStore.FOLDER.resolve("timers/calendar")))
                    .isEqualTo(saved);
            store.crash();
        }
    }

    @Test
    void aRecallFindsItsMessageWhileItIsStoredAgain() {
        TestConfig config = TestStore.config(TimedStore.FOLDER)
                .withRetention(Duration.ofHours(1))
                .withFlush(FlushMode.ASYNC, Duration.ofMillis(500));
        long due = clock.millis() + Duration.ofDays(2).toMillis();
        try (TimedStore store = new TimedStore(config, disk, clock, "broker.delay.save-interval=1s")) {
            store.sendAt("t", "held", due);
            store.run();
            for (int i = 0; i < 20; i++) {
                store.test.send("filler", 0, "x".repeat(2000));
            }
            store.run();
            clock.advance(Duration.ofHours(2));
            store.test.send("filler", 0, "x");
            store.run();
            clock.advance(Duration.ofSeconds(11));
            store.test.run();
            // It is claimed to be stored again, and nothing of that is in the log.
            store.agent.turn();

            var answer = store.agent
                    .recalls()
                    .recall(new RecallHandle("t", "b", due, "id-held"))
                    .toCompletableFuture();
            store.agent.turn();
            assertThat(answer).isNotDone();
            store.pass(Duration.ofSeconds(2), Duration.ofMillis(100));

            assertThat(store.figures().rolledTotal()).isPositive();
            assertThat(answer).isCompletedWithValueMatching(TimerRecalls.Outcome.Recalled.class::isInstance);
            store.pass(Duration.ofDays(3), Duration.ofHours(3));
            assertThat(store.bodies("t")).isEmpty();
        }
    }

    @Test
    void warnsOfLackingSpaceWhenItBeginsAndOnceAMinute() {
        SpaceWarning warning = new SpaceWarning();
        var full = new DiskFullException("no space", null);
        long now = clock.millis();

        assertThat(warning.raised(now, full)).isTrue();
        assertThat(warning.raised(now + 10, full)).isFalse();
        assertThat(warning.raised(now + 59_999, full)).isFalse();
        assertThat(warning.raised(now + 60_000, full)).isTrue();
        warning.ended();
        assertThat(warning.raised(now + 60_001, full)).isTrue();
    }
}
