package dev.millrace.broker.deduplication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.files.StateFile;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.WindowSetting;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.FaultyDisk;
import dev.millrace.store.TestAppend;
import dev.millrace.store.TestConfig;
import dev.millrace.store.TestStore;
import dev.millrace.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Windows over a store whose agents run when the test says so. */
final class WindowTest {
    private static final Path STORE = Path.of("/store");

    private final Path folder;
    private final FaultyDisk disk = new FaultyDisk();
    private final ManualClock clock = TestStore.newClock();

    WindowTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @AfterEach
    void freeMemory() {
        disk.close();
    }

    private static TopicConfig topic(String name, String time, String count, String key) {
        return new TopicConfig(
                Map.of(WindowSetting.TIME, time, WindowSetting.COUNT, count, WindowSetting.KEY, key),
                false,
                6,
                4,
                null,
                name,
                0,
                4);
    }

    /** A store, its windows, and the definitions of topics as a broker keeps them. */
    private final class Windowed implements AutoCloseable {
        private final Deduplication windows;
        private final TestStore test;

        Windowed(TestConfig config, TopicConfig... topics) {
            Map<String, TopicConfig> table = new HashMap<>();
            for (TopicConfig each : topics) {
                table.put(each.topicName(), each);
            }
            new StateFile<>(folder.resolve("topics.json"), TopicConfigTable.class)
                    .write(new TopicConfigTable(DataVersion.NONE, table));
            windows = new Deduplication(folder, clock);
            test = new TestStore(config, disk, clock, List.of(windows));
            windows.attach(test.store);
        }

        Window window(TopicConfig topic) {
            Window found = windows.window(topic);
            if (found == null) {
                throw new AssertionError("no window of " + topic);
            }
            return found;
        }

        /** Sends as a broker does; null if it was stored, or where it was stored before. */
        @Nullable
        Receipt send(TopicConfig topic, int queueId, String id) {
            Claim claim = window(topic).claim(id, queueId, 0);
            if (claim instanceof Claim.Repeated repeated) {
                return ((Ending.Stored) repeated.ending().join()).receipt();
            }
            TestAppend append = test.send(topic.topicName(), queueId, "body of " + id, "UNIQ_KEY=" + id);
            test.run();
            ((Claim.First) claim).flight().stored(append.queueOffsets[0], append.positions[0]);
            return null;
        }

        @Override
        public void close() {
            test.close();
        }
    }

    @Test
    void answersARepetitionWithTheFirstReceiptWhicheverQueueItGoesTo() {
        TopicConfig topic = topic("t", "10m", "100", "UNIQ_KEY");
        try (Windowed store = new Windowed(TestStore.config(STORE), topic)) {
            store.test.send("other", 0, "moves the position");
            assertThat(store.send(topic, 1, "a")).isNull();
            assertThat(store.send(topic, 1, "b")).isNull();

            Receipt again = store.send(topic, 3, "b");

            assertThat(again).isNotNull();
            assertThat(again.queueId()).isEqualTo(1);
            assertThat(again.queueOffset()).isEqualTo(1);
            assertThat(store.test.bodies("t", 1)).containsExactly("body of a", "body of b");
            assertThat(store.test.bodies("t", 3)).isEmpty();
        }
    }

    @Test
    void forgetsByTimeToTheMillisecondAndByCount() {
        TopicConfig topic = topic("t", "1s", "3", "UNIQ_KEY");
        try (Windowed store = new Windowed(TestStore.config(STORE), topic)) {
            store.send(topic, 0, "a");
            clock.advance(Duration.ofMillis(1000));
            assertThat(store.send(topic, 0, "a")).isNotNull();
            clock.advance(Duration.ofMillis(1));
            assertThat(store.send(topic, 0, "a")).as("too late").isNull();
            assertThat(store.send(topic, 0, "a")).as("known again").isNotNull();

            store.send(topic, 0, "b");
            store.send(topic, 0, "c");
            assertThat(store.send(topic, 0, "a")).isNotNull();
            store.send(topic, 0, "d");
            assertThat(store.send(topic, 0, "a")).as("counted out").isNull();
            assertThat(store.send(topic, 0, "d")).isNotNull();
        }
    }

    @Test
    void survivesAnEndAKillAndALostFile() {
        TopicConfig topic = topic("t", "1h", "1000", "UNIQ_KEY");
        TestConfig config = TestStore.config(STORE);
        try (Windowed store = new Windowed(config, topic)) {
            for (int i = 0; i < 300; i++) {
                store.send(topic, i % 4, "m" + i);
            }
            store.windows.save();
        }
        Windowed second = new Windowed(config, topic);
        assertThat(second.window(topic).count()).isEqualTo(300);
        assertThat(second.send(topic, 0, "m7")).isNotNull();
        assertThat(second.send(topic, 0, "late")).isNull();
        second.test.crashWithoutClosing();
        second.close();

        try (Windowed store = new Windowed(config, topic)) {
            assertThat(store.send(topic, 0, "late")).isNotNull();
            assertThat(store.send(topic, 0, "m299")).isNotNull();
        }
        folder.resolve("deduplication.json").toFile().delete();
        folder.resolve("deduplication.json.bak").toFile().delete();
        try (Windowed store = new Windowed(config, topic)) {
            assertThat(store.window(topic).count()).isEqualTo(301);
        }
    }

    @Test
    void aStartReadsOnlyWhatAWindowHolds() {
        TopicConfig topic = topic("t", "1h", "10", "UNIQ_KEY");
        TestConfig config = TestStore.config(STORE);
        try (Windowed store = new Windowed(config, topic)) {
            for (int i = 0; i < 50; i++) {
                store.send(topic, 0, "m" + i);
            }
            clock.advance(Duration.ofSeconds(2));
            store.test.run();
            store.windows.save();
            assertThat(store.windows.resumePosition(Long.MAX_VALUE))
                    .isPositive()
                    .isLessThan(store.test.store.maxPosition());
        }
        try (Windowed store = new Windowed(config, topic)) {
            assertThat(store.window(topic).count()).isEqualTo(10);
            assertThat(store.send(topic, 0, "m40")).isNotNull();
            assertThat(store.send(topic, 0, "m39")).isNull();
        }
        try (Windowed store = new Windowed(config)) {
            assertThat(store.windows.resumePosition(77))
                    .as("no windows, nothing to read")
                    .isEqualTo(77);
        }
    }

    @Test
    void whoComesWhileTheFirstIsUnderWayWaitsForItsEnd() {
        TopicConfig topic = topic("t", "1h", "10", "UNIQ_KEY");
        try (Windowed store = new Windowed(TestStore.config(STORE), topic)) {
            Window window = store.window(topic);
            Flight first = ((Claim.First) window.claim("a", 2, 99)).flight();
            Claim second = window.claim("a", 3, 99);
            assertThat(((Claim.Repeated) second).ending()).isNotDone();

            first.stored(5, 1234);

            assertThat(((Claim.Repeated) second).ending())
                    .isCompletedWithValue(new Ending.Stored(new Receipt(2, 5, 1234, 99)));
            assertThat(((Claim.Repeated) window.claim("a", 0, 0)).ending()).isDone();

            Flight refused = ((Claim.First) window.claim("b", 0, 0)).flight();
            Claim third = window.claim("b", 0, 0);
            refused.refused(AppendOutcome.Throttled.INSTANCE);
            assertThat(((Claim.Repeated) third).ending())
                    .isCompletedWithValue(new Ending.Refused(AppendOutcome.Throttled.INSTANCE));
            assertThat(window.claim("b", 0, 0)).isInstanceOf(Claim.First.class);
        }
    }

    @Test
    void idsOfOneFingerprintLoseNoMessage() {
        TopicConfig topic = topic("t", "1h", "10", "UNIQ_KEY");
        try (Windowed store = new Windowed(TestStore.config(STORE), topic)) {
            TestAppend other = store.test.send("t", 0, "x", "UNIQ_KEY=other");
            store.test.run();
            // As if the fingerprint of "a" were that of the other message.
            store.window(topic).followed("a", other.positions[0], clock.millis());

            assertThat(store.send(topic, 0, "a")).isNull();

            assertThat(store.test.bodies("t", 0)).containsExactly("x", "body of a");
        }
    }

    @Test
    void aTopicThatGetsAWindowCountsFromThenOnAndOneThatLosesItForgets() {
        TopicConfig off = TopicConfig.of("t", 4, 6);
        TopicConfig on = topic("t", "1h", "10", "UNIQ_KEY");
        try (Windowed store = new Windowed(TestStore.config(STORE), off)) {
            assertThat(store.windows.window(off)).isNull();
            store.test.send("t", 0, "before", "UNIQ_KEY=before");
            store.test.run();

            store.windows.defined(on);

            assertThat(store.send(on, 0, "before")).isNull();
            assertThat(store.send(on, 0, "before")).isNotNull();
            store.windows.defined(topic("t", "2h", "20", "UNIQ_KEY"));
            assertThat(store.send(on, 0, "before")).as("kept with other bounds").isNotNull();
            store.windows.defined(topic("t", "2h", "20", "KEYS"));
            assertThat(store.window(on).count()).as("another key").isZero();
            store.windows.defined(off);
            assertThat(store.windows.window(on)).isNull();
        }
    }

    @Test
    void aTopicThatIsDeletedAndMadeAgainRemembersNothingOfTheFirst() {
        TopicConfig topic = topic("t", "1h", "10", "UNIQ_KEY");
        TestConfig config = TestStore.config(STORE);
        try (Windowed store = new Windowed(config, topic)) {
            store.send(topic, 0, "a");
            store.send(topic, 0, "b");
            store.windows.removed("t");
            store.test.store.deleteTopic("t");
            store.windows.defined(topic);

            assertThat(store.send(topic, 0, "a")).isNull();
            assertThat(store.send(topic, 0, "a")).isNotNull();
            store.windows.save();
        }
        try (Windowed store = new Windowed(config, topic)) {
            assertThat(store.send(topic, 0, "a")).as("of the second topic").isNotNull();
            assertThat(store.send(topic, 0, "b")).as("of the first topic").isNull();
        }
    }

    @Test
    void aTopicWithoutAWindowThatIsMadeAgainWithOneRemembersNothingOfTheFirst() {
        TopicConfig other = topic("other", "1h", "10", "UNIQ_KEY");
        TopicConfig off = TopicConfig.of("t", 4, 6);
        TopicConfig on = topic("t", "1h", "10", "UNIQ_KEY");
        TestConfig config = TestStore.config(STORE);
        try (Windowed store = new Windowed(config, other, off)) {
            store.send(other, 0, "holds back the position");
            store.test.send("t", 0, "of the first", "UNIQ_KEY=a");
            store.test.run();
            store.windows.removed("t");
            store.test.store.deleteTopic("t");
            store.windows.defined(on);
            assertThat(store.send(on, 0, "b")).isNull();
            store.windows.save();
        }
        try (Windowed store = new Windowed(config, other, on)) {
            assertThat(store.send(on, 0, "a")).as("of the first topic").isNull();
            assertThat(store.send(on, 0, "b")).as("of the second topic").isNotNull();
        }
    }

    @Test
    void theOnlyTopicWithAWindowThatIsDeletedLeavesNothingBehind() {
        TopicConfig topic = topic("t", "1h", "10", "UNIQ_KEY");
        TestConfig config = TestStore.config(STORE);
        try (Windowed store = new Windowed(config, topic)) {
            store.send(topic, 0, "a");
            store.windows.save();
            store.windows.removed("t");
            store.test.store.deleteTopic("t");
            store.windows.save();
        }
        try (Windowed store = new Windowed(config)) {
            store.windows.defined(topic);
            store.windows.save();
        }
        try (Windowed store = new Windowed(config, topic)) {
            assertThat(store.send(topic, 0, "a")).isNull();
        }
    }

    @Test
    void aKillRightAfterATopicIsMadeAgainBringsNothingBack() {
        TopicConfig topic = topic("t", "1h", "10", "UNIQ_KEY");
        TestConfig config = TestStore.config(STORE);
        Windowed first = new Windowed(config, topic);
        first.send(topic, 0, "a");
        first.windows.removed("t");
        first.test.store.deleteTopic("t");
        first.windows.defined(topic);
        first.test.crashWithoutClosing();
        first.close();

        try (Windowed store = new Windowed(config, topic)) {
            assertThat(store.send(topic, 0, "a")).isNull();
            assertThat(store.send(topic, 0, "a")).isNotNull();
        }
    }

    @Test
    void aKillBetweenTheDefinitionOfATopicAndItsWindowBringsNothingBack() {
        TopicConfig topic = topic("t", "1h", "10", "UNIQ_KEY");
        TestConfig config = TestStore.config(STORE);
        Windowed first = new Windowed(config);
        first.test.send("t", 0, "of a deleted topic", "UNIQ_KEY=a");
        first.test.run();
        first.test.crashWithoutClosing();
        first.close();

        // topics.json has the new topic, and the windows did not hear of it.
        try (Windowed store = new Windowed(config, topic)) {
            assertThat(store.send(topic, 0, "a")).isNull();
        }
        try (Windowed store = new Windowed(config, topic)) {
            assertThat(store.send(topic, 0, "a")).isNotNull();
            assertThat(store.window(topic).count()).isEqualTo(1);
        }
    }

    @Test
    void aLogThatLostItsEndMakesNoWindowDeaf() {
        TopicConfig topic = topic("t", "1h", "10", "UNIQ_KEY");
        TestConfig config = TestStore.config(STORE);
        new StateFile<>(folder.resolve("deduplication.json"), Deduplication.Progress.class)
                .write(new Deduplication.Progress(0, Map.of("t", 1_000_000L)));

        try (Windowed store = new Windowed(config, topic)) {
            assertThat(store.send(topic, 0, "a")).isNull();
            assertThat(store.window(topic).count()).isEqualTo(1);
            store.windows.save();
        }
        try (Windowed store = new Windowed(config, topic)) {
            assertThat(store.send(topic, 0, "a")).isNotNull();
        }
    }

    @Test
    void aRecordThatIsOfADeletedTopicEndsItsFlight() {
        WindowSetting setting = WindowSetting.of(
                        topic("t", "1h", "10", "UNIQ_KEY").attributes())
                .orElseThrow();
        Window window = new Window("t", setting, 100, new StoredMessages(), clock);
        assertThat(window.claim("a", 0, 0)).isInstanceOf(Claim.First.class);

        window.followed("a", 99, clock.millis());

        assertThat(window.count()).isZero();
        assertThat(window.claim("a", 0, 0)).isInstanceOf(Claim.First.class);
    }

    @Test
    void oneThatComesAgainTooLateIsKnownAgainThoughManyAreToBeForgotten() {
        TopicConfig topic = topic("t", "1s", "10000", "UNIQ_KEY");
        try (Windowed store = new Windowed(TestStore.config(STORE), topic)) {
            for (int i = 0; i < StoredKeys.FORGET_MAX + 300; i++) {
                store.send(topic, 0, "m" + i);
            }
            clock.advance(Duration.ofMillis(500));
            store.send(topic, 0, "young");
            clock.advance(Duration.ofMillis(501));
            String late = "m" + (StoredKeys.FORGET_MAX + 200);

            assertThat(store.send(topic, 0, late)).as("too late").isNull();

            assertThat(store.send(topic, 0, late)).as("known again").isNotNull();
            store.window(topic).oldestPosition(clock.millis());
            assertThat(store.window(topic).count()).isEqualTo(2);
            assertThat(store.send(topic, 0, late)).as("still known").isNotNull();
        }
    }

    @Test
    void oneWhoseFirstIsNotInTheLogAnyMoreIsKnownAgain() {
        TopicConfig topic = topic("t", "1h", "10", "UNIQ_KEY");
        try (Windowed store = new Windowed(TestStore.config(STORE), topic)) {
            store.test.send("other", 0, "x");
            store.test.run();
            // As if retention had removed the record: there is none of this id at the position.
            store.window(topic).followed("a", 0, clock.millis());

            assertThat(store.send(topic, 0, "a")).isNull();

            assertThat(store.send(topic, 0, "a")).isNotNull();
        }
    }

    @Test
    void tellsWhatMayHaveToWaitForTheDisk() {
        TopicConfig topic = topic("t", "1h", "1000", "UNIQ_KEY");
        try (Windowed store = new Windowed(TestStore.config(STORE), topic)) {
            Window window = store.window(topic);
            assertThat(window.holdsCold()).isFalse();
            store.send(topic, 0, "a");

            assertThat(window.holdsCold()).as("young").isFalse();
            assertThat(window.mayBlock("a")).isFalse();
        }
        TestConfig cold = TestStore.config(STORE).with("store.cold-distance", "0B");
        try (Windowed store = new Windowed(cold, topic)) {
            Window window = store.window(topic);
            store.send(topic, 0, "b");

            assertThat(window.holdsCold()).isTrue();
            assertThat(window.mayBlock("a")).isTrue();
            assertThat(window.mayBlock("unknown")).isFalse();
            window.fetch("a");
            window.fetch("unknown");
            assertThat(store.send(topic, 0, "a")).isNotNull();
        }
    }

    @Test
    void messagesThatWaitForTheirTopicCountForIt() {
        TopicConfig topic = topic("t", "1h", "10", "UNIQ_KEY");
        try (Windowed store = new Windowed(TestStore.config(STORE), topic)) {
            store.test.send(TopicNames.HALF, 0, "half", "UNIQ_KEY=h;REAL_TOPIC=t;REAL_QID=2");
            store.test.send(TopicNames.SCHEDULE, 4, "level", "UNIQ_KEY=l;REAL_TOPIC=t;REAL_QID=1");
            store.test.send(TopicNames.TIMER, 0, "timed", "TIMER_OUT_MS=777;UNIQ_KEY=d;REAL_TOPIC=t;REAL_QID=3");
            store.test.send(TopicNames.TIMER, 0, "other", "TIMER_OUT_MS=777;UNIQ_KEY=o;REAL_TOPIC=u;REAL_QID=3");
            store.test.run();

            assertThat(store.send(topic, 0, "h")).satisfies(receipt -> {
                assertThat(receipt.queueId()).isEqualTo(2);
                assertThat(receipt.dueMs()).isZero();
            });
            assertThat(store.send(topic, 0, "l")).isNotNull();
            assertThat(store.send(topic, 0, "d"))
                    .satisfies(receipt -> assertThat(receipt.dueMs()).isEqualTo(777));
            assertThat(store.send(topic, 0, "o")).isNull();
        }
    }
}
