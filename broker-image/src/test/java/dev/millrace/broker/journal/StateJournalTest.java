package dev.millrace.broker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.delay.DelayAgent.DelayOffsets;
import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.body.RequestMode;
import dev.millrace.protocol.body.RequestModes;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.store.StoreException;
import dev.millrace.store.TestAppend;
import dev.millrace.store.TestRecords;
import dev.millrace.store.TestStore;
import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import dev.millrace.testkit.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State in the log of a broker group: on every copy, over restarts, and after its start was removed. */
@SuppressWarnings("NullAway.Init") // Set before each test.
class StateJournalTest {
    @TempDir
    Path folder;

    private final ManualClock clock = TestStore.newClock();
    private JournalCopy master;
    private JournalCopy replica;

    @BeforeEach
    void open() {
        master = new JournalCopy(folder.resolve("m"), clock);
        replica = new JournalCopy(folder.resolve("r"), clock);
    }

    @AfterEach
    void close() {
        master.close();
        replica.close();
    }

    private static TopicConfig topic(String name) {
        return TopicConfig.of(name, 4, 6);
    }

    private TopicTable topics(StateTables tables) {
        return new TopicTable(tables.topics(), clock);
    }

    private GroupTable groups(StateTables tables) {
        return new GroupTable(tables.groups(), clock, true);
    }

    private void defineAll(StateTables tables) {
        TopicTable topics = topics(tables);
        GroupTable groups = groups(tables);
        ConsumerOffsetTable offsets = new ConsumerOffsetTable(tables.offsets());
        topics.put(topic("orders"));
        topics.put(topic("gone"));
        topics.remove("gone");
        groups.put(GroupConfig.of("readers"));
        groups.setReadable("readers", "orders", false);
        offsets.put("readers", "orders", 0, 7);
        offsets.put("readers", "orders", 3, 1);
        offsets.save();
        offsets.put("readers", "orders", 3, 2);
        offsets.put("others", "gone", 0, 5);
        offsets.removeTopic("gone");
        offsets.save();
        tables.delays().write(new DelayOffsets(Map.of(1, 4L, 18, 9L)));
        RequestMode mode = new RequestMode("readers", RequestMode.Kind.POP, 2, "orders");
        tables.modes().write(new RequestModes(Map.of("orders", Map.of("readers", mode))));
    }

    private void assertAllThere(StateTables tables, long topicChanges) {
        TopicTable topics = topics(tables);
        GroupTable groups = groups(tables);
        ConsumerOffsetTable offsets = new ConsumerOffsetTable(tables.offsets());
        assertThat(topics.snapshot().topicConfigTable()).isEqualTo(Map.of("orders", topic("orders")));
        assertThat(topics.snapshot().version().counter()).isEqualTo(topicChanges);
        assertThat(groups.find("readers")).contains(GroupConfig.of("readers"));
        assertThat(groups.isForbidden("readers", "orders")).isTrue();
        assertThat(offsets.snapshot().offsetTable()).isEqualTo(Map.of("orders@readers", Map.of(0, 7L, 3, 2L)));
        assertThat(tables.delays().read()).contains(new DelayOffsets(Map.of(1, 4L, 18, 9L)));
        assertThat(tables.modes().read().orElseThrow().messageRequestModeMap().get("orders"))
                .containsKey("readers");
    }

    @Test
    void everyCopyHasWhatTheMasterWrote() {
        StateTables tables = master.serve(1);
        master.perform(() -> defineAll(tables));

        replica.copyFrom(master);

        assertAllThere(replica.serve(2), 3);
    }

    @Test
    void whatIsWrittenIsFollowedByTheMasterItself() {
        StateTables tables = master.serve(1);
        long before = master.test.store.maxPosition();

        master.perform(() -> topics(tables).put(topic("orders")));

        assertThat(master.test.store.dispatchedPosition()).isGreaterThan(before);
        assertThat(tables.isInLog()).isTrue();
        long after = master.test.store.maxPosition();
        master.perform(() -> topics(tables).put(topic("orders")));
        assertThat(master.test.store.maxPosition()).isEqualTo(after);
    }

    @Test
    void beginsWithTheFilesOfABrokerThatStoodAlone() {
        defineAll(StateTables.inFiles(master.folder.resolve("config")));
        master.serve(1);

        replica.copyFrom(master);

        assertThat(replica.journal.isWhole()).isTrue();
        assertAllThere(replica.serve(2), 3);
    }

    @Test
    void aRestartGoesOnFromItsFile() {
        StateTables tables = master.serve(1);
        master.perform(() -> defineAll(tables));
        master.turnAndSave();
        assertThat(master.folder.resolve("config/state")).isNotEmptyFile();
        master.close();

        master = new JournalCopy(master.folder, clock);

        assertThat(new StateJournal(
                                new LocalDisk(),
                                master.folder.resolve("config"),
                                new StateJournal.Settings(1, 1000, Duration.ofSeconds(1)))
                        .resumePosition(Long.MAX_VALUE))
                .isPositive();
        assertAllThere(master.serve(2), 3);
    }

    @Test
    void aFileThatIsTornIsFoundAgainInTheLog() throws IOException {
        StateTables tables = master.serve(1);
        master.perform(() -> defineAll(tables));
        master.turnAndSave();
        master.close();
        Path file = master.folder.resolve("config/state");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        master = new JournalCopy(master.folder, clock);

        assertAllThere(master.serve(2), 3);
    }

    @Test
    void aLogWhoseStartIsGoneIsWholeFromADump() {
        StateTables tables = master.serve(1);
        master.perform(() -> defineAll(tables));
        master.fillSegments(3);
        assertThat(master.journal.mayRemoveBefore(3L * TestStore.SEGMENT_BYTES)).isFalse();
        master.turn();
        assertThat(master.journal.mayRemoveBefore(3L * TestStore.SEGMENT_BYTES)).isTrue();
        replica.close();

        StoreWiring.beginCopyAt(
                JournalCopy.config(replica.folder).bind(),
                new LocalDisk(),
                3L * TestStore.SEGMENT_BYTES,
                master.test.group().epochs());
        replica = new JournalCopy(replica.folder, clock);
        replica.copyFrom(master);

        assertThat(replica.test.store.minPosition()).isEqualTo(3L * TestStore.SEGMENT_BYTES);
        assertAllThere(replica.serve(2), 3);
    }

    @Test
    void aDumpTakesAwayWhatARecordRemovedThatACopyNeverHad() {
        StateTables tables = master.serve(1);
        TopicTable topics = topics(tables);
        master.perform(() -> {
            topics.put(topic("kept"));
            topics.put(topic("removed"));
        });
        replica.copyFrom(master);
        replica.turnAndSave();
        replica.close();
        master.perform(() -> topics.remove("removed"));
        master.fillSegments(2);
        master.journal.mayRemoveBefore(2L * TestStore.SEGMENT_BYTES);
        master.turn();

        // The log of the replica is lost, its file is not.
        Path fresh = folder.resolve("fresh");
        new JournalCopy(fresh, clock).close();
        StoreWiring.beginCopyAt(
                JournalCopy.config(fresh).bind(),
                new LocalDisk(),
                2L * TestStore.SEGMENT_BYTES,
                master.test.group().epochs());
        copyFile(replica.folder.resolve("config/state"), fresh.resolve("config/state"));
        replica = new JournalCopy(fresh, clock);
        replica.copyFrom(master);

        assertThat(topics(replica.serve(2)).snapshot().topicConfigTable()).containsOnlyKeys("kept");
    }

    private static void copyFile(Path from, Path to) {
        try {
            Files.createDirectories(to.getParent());
            Files.copy(from, to);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void writesADumpInEachSegment() {
        master.close();
        master = new JournalCopy(folder.resolve("other"), clock, Duration.ofSeconds(20), TestStore.SEGMENT_BYTES);
        master.serve(1);
        master.fillSegments(2);
        assertThat(master.journal.mayRemoveBefore(TestStore.SEGMENT_BYTES)).isFalse();

        master.turn();

        assertThat(master.journal.mayRemoveBefore(2L * TestStore.SEGMENT_BYTES)).isTrue();
        long after = master.test.store.maxPosition();
        master.perform(master.journal::turn);
        assertThat(master.test.store.maxPosition()).isEqualTo(after);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void changesDuringDumpsAreNotUndone(long seed) {
        master.close();
        master = new JournalCopy(folder.resolve("dumping"), clock, Duration.ofSeconds(20), 1);
        StateTables tables = master.serve(1);
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Void> dumps = CompletableFuture.runAsync(() -> {
            while (!isOver.get()) {
                master.journal.turn();
            }
        });
        TopicTable topics = topics(tables);
        ConsumerOffsetTable offsets = new ConsumerOffsetTable(tables.offsets());
        SplittableRandom random = new SplittableRandom(seed);

        master.perform(() -> {
            for (int i = 0; i < 60; i++) {
                String name = "t" + random.nextInt(12);
                if (random.nextInt(3) == 0) {
                    topics.remove(name);
                    offsets.removeTopic(name);
                } else {
                    topics.put(TopicConfig.of(name, 1 + random.nextInt(8), 6));
                    offsets.put("g", name, random.nextInt(3), i);
                }
                offsets.save();
            }
            isOver.set(true);
        });
        master.perform(dumps::join);
        replica.copyFrom(master);
        StateTables copied = replica.serve(2);

        assertThat(topics(copied).snapshot()).isEqualTo(topics.snapshot());
        assertThat(new ConsumerOffsetTable(copied.offsets()).snapshot()).isEqualTo(offsets.snapshot());
        assertThat(replica.journal.isWhole()).isTrue();
    }

    @Test
    void aChangeThatIsNotCommittedInTimeIsTakenBack() {
        master.close();
        master = new JournalCopy(folder.resolve("slow"), clock, Duration.ofMillis(50), 1 << 20);
        // The first dump is in time: a loaded machine may need more than one attempt.
        StateTables tables = serveWithPatience();
        TopicTable topics = topics(tables);

        assertThatThrownBy(() -> topics.put(topic("late")))
                .isInstanceOf(StateFileException.class)
                .hasMessageContaining("not committed after 50 ms");
        assertThat(topics.find("late")).isEmpty();
        long end = 0;
        while (end < master.test.store.maxPosition() || end == 0) {
            end = master.test.store.maxPosition();
            master.perform(master.journal::turn);
        }
        replica.copyFrom(master);

        assertThat(topics(replica.serve(2)).snapshot().topicConfigTable()).isEmpty();
    }

    private StateTables serveWithPatience() {
        for (long epoch = 1; epoch < 100; epoch++) {
            try {
                return master.serve(epoch);
            } catch (StateFileException e) {
                master.test.done(master.test.group().becomeReplica());
            }
        }
        throw new AssertionError("never in time");
    }

    @Test
    void aWriterHearsThatItsMastershipIsOver() {
        StateTables tables = master.serve(1);
        CompletableFuture<Void> change =
                CompletableFuture.runAsync(() -> topics(tables).put(topic("late")));
        while (master.test.store.maxPosition() == master.test.store.committedPosition()) {
            master.test.turn("commit-log");
        }
        master.test.done(master.test.group().becomeReplica());

        assertThatThrownBy(change::join)
                .hasRootCauseInstanceOf(StateFileException.class)
                .hasMessageContaining("stopped being the master");
        CompletableFuture<Void> later =
                CompletableFuture.runAsync(() -> topics(tables).put(topic("later")));
        while (!later.isDone()) {
            master.test.run();
        }
        assertThatThrownBy(later::join).hasMessageContaining("not the master");
        master.journal.end();
        assertThatThrownBy(() -> topics(tables).put(topic("ended"))).hasMessageContaining("not the master");
    }

    @Test
    void aCopyStopsAtARecordThatItDoesNotKnow() {
        master.serve(1);
        TestAppend unknown = TestAppend.of(
                master.test.store.queue(TopicNames.STATE, 0),
                TestRecords.record(TopicNames.STATE, 0, 0, new byte[] {2, 3}, ""));
        master.test.store.append(unknown);
        long position = master.test.store.maxPosition();

        assertThatThrownBy(master::commit)
                .isInstanceOf(StoreException.class)
                .hasMessage("the record of rmq_sys_MILLRACE_STATE at position " + position
                        + " can't be understood: version 2 is not 1; start this copy with the program of the copy that"
                        + " wrote it");
        master.test.crashWithoutClosing();
    }

    @Test
    void aLogWithoutItsStartAndWithoutADumpIsRefused() {
        master.test.done(master.test.group().beginEpoch(1, 0));
        master.test.done(master.test.group().becomeMaster());
        master.fillSegments(2);
        replica.close();
        StoreWiring.beginCopyAt(
                JournalCopy.config(replica.folder).bind(),
                new LocalDisk(),
                TestStore.SEGMENT_BYTES,
                master.test.group().epochs());
        replica = new JournalCopy(replica.folder, clock);
        replica.copyFrom(master);

        assertThatThrownBy(() -> replica.serve(2))
                .isInstanceOf(StateFileException.class)
                .hasMessageContaining("it holds no whole dump of the state");
    }

    @Test
    void recordsAreOfTheDocumentedTopic() {
        assertThat(TopicNames.isSystem(TopicNames.STATE)).isTrue();
        assertThat(TopicNames.isClosedToClients(TopicNames.STATE)).isTrue();
        assertThat(StateRecords.decode(ByteBuffer.wrap(new byte[] {1}))).isEmpty();
    }
}
