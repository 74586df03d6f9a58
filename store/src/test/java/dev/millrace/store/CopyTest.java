package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.replica.CopyOutcome;
import dev.millrace.store.replica.LogChunk;
import dev.millrace.testkit.ManualClock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A replica stores its master's bytes, and can become master. */
@SuppressWarnings("NullAway.Init") // Set before each test.
class CopyTest {
    private static final Path FOLDER = Path.of("/store");

    private final ManualClock clock = TestStore.newClock();
    private final FaultyDisk masterDisk = new FaultyDisk();
    private final FaultyDisk replicaDisk = new FaultyDisk();
    private TestStore master;
    private TestStore replica;

    @BeforeEach
    void open() {
        master = TestStore.inGroup(TestStore.config(FOLDER), masterDisk, clock, List.of());
        replica = TestStore.inGroup(TestStore.config(FOLDER), replicaDisk, clock, List.of());
        master.done(master.group().becomeMaster());
    }

    @AfterEach
    void close() {
        masterDisk.close();
        replicaDisk.close();
    }

    private void fill(int count) {
        for (int i = 0; i < count; i++) {
            master.send("t", i % 2, i + " " + "x".repeat(i * 37 % 900));
        }
        master.run();
    }

    private byte[] chunk(long position, int bytesMax) {
        assertThat(master.group().read(position, bytesMax)).isInstanceOf(LogChunk.Found.class);
        if (master.group().read(position, bytesMax) instanceof LogChunk.Found found) {
            try (LogSlice slice = found.slice()) {
                byte[] bytes = new byte[slice.bytes().remaining()];
                slice.bytes().get(0, bytes);
                return bytes;
            }
        }
        return new byte[0];
    }

    private void copyAll() {
        while (replica.group().endPosition() < master.group().endPosition()) {
            long end = replica.group().endPosition();
            replica.done(replica.group().append(end, ByteBuffer.wrap(chunk(end, 3000))));
        }
    }

    private void commit(long position) {
        master.group().committed(position);
        replica.group().committed(position);
        master.run();
        replica.run();
    }

    private String refusal(long position, byte[] bytes) {
        long before = replica.group().endPosition();
        CopyOutcome outcome = replica.await(replica.group().append(position, ByteBuffer.wrap(bytes)));
        assertThat(replica.group().endPosition()).isEqualTo(before);
        return outcome instanceof CopyOutcome.Refused refused ? refused.reason() : outcome.toString();
    }

    @Test
    void holdsTheSameBytesOverSeveralSegments() {
        fill(200);

        copyAll();
        commit(master.group().endPosition());

        assertThat(master.group().endPosition()).isGreaterThan(3 * TestStore.SEGMENT_BYTES);
        for (long base = 0; base < master.group().endPosition(); base += TestStore.SEGMENT_BYTES) {
            Path file = FOLDER.resolve("commitlog").resolve(String.format("%020d", base));
            assertThat(replicaDisk.bytes(file)).isEqualTo(masterDisk.bytes(file));
        }
        assertThat(replica.bodies("t", 0)).isEqualTo(master.bodies("t", 0)).hasSize(100);
        assertThat(replica.bodies("t", 1)).isEqualTo(master.bodies("t", 1)).hasSize(100);
        assertThat(replica.store.statistics().appendedCount()).isEqualTo(200);
    }

    @Test
    void readsWholeRecordsUpToTheEnd() {
        fill(3);
        int first = master.send("t", 0, "x").sizes[0];
        assertThat(first).isPositive();
        int size = ByteBuffer.wrap(chunk(0, 1)).getInt(0);

        assertThat(chunk(0, 1)).hasSize(size);
        assertThat(chunk(0, 1 << 20)).hasSize((int) master.group().endPosition());
        assertThat(master.group().read(master.group().endPosition(), 9)).isInstanceOf(LogChunk.AtEnd.class);
        assertThat(master.group().read(1, 9)).isInstanceOf(LogChunk.NoRecord.class);
        assertThat(master.group().read(1 << 20, 9)).isInstanceOf(LogChunk.NoRecord.class);
    }

    @Test
    void refusesWhatIsNoWholeRecordAndStoresNothing() {
        fill(4);
        byte[] good = chunk(0, 1 << 20);

        assertThat(refusal(8, good)).contains("records for position 8, but the log ends at position 0");
        byte[] cut = java.util.Arrays.copyOf(good, good.length - 1);
        assertThat(refusal(0, cut)).contains("no whole record for position").endsWith("nothing was stored");
        byte[] body = good.clone();
        body[88] ^= 1;
        assertThat(refusal(0, body))
                .contains("no whole record for position 0, byte 0")
                .contains("CRC");
        byte[] position = good.clone();
        position[35] ^= 1;
        assertThat(refusal(0, position)).contains("it names position 1");
        byte[] magic = good.clone();
        magic[4] ^= 1;
        assertThat(refusal(0, magic)).contains("magic");
        byte[] large = new byte[TestStore.SEGMENT_BYTES + 1];
        assertThat(refusal(0, large)).contains("cross the end of the segment");
        assertThat(replica.log(0)).isEmpty();

        replica.done(replica.group().append(0, ByteBuffer.wrap(good)));
        assertThat(replica.log(0)).isEqualTo(good);
    }

    @Test
    void onlyAMasterTakesAppendsAndOnlyAReplicaCopies() {
        TestAppend refused = replica.send("t", 0, "x");
        replica.run();
        assertThat(refused.outcome()).isInstanceOf(AppendOutcome.NotMaster.class);

        CopyOutcome outcome = master.await(master.group().append(0, ByteBuffer.allocate(100)));
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        CopyOutcome.Refused.class,
                        why -> assertThat(why.reason()).contains("this one is master"));
    }

    @Test
    void aNewMasterGoesOnBehindRecordsThatAreNotCommitted() {
        fill(20);
        copyAll();
        commit(chunk(0, 3000).length);
        replica.store.queue("t", 1);

        replica.done(replica.group().beginEpoch(2, replica.group().endPosition()));
        replica.done(replica.group().becomeMaster());
        TestAppend known = replica.send("t", 1, "new");
        TestAppend fresh = replica.send("fresh", 0, "new");
        replica.turn("commit-log");

        assertThat(known.queueOffsets[0]).isEqualTo(10);
        assertThat(fresh.queueOffsets[0]).isZero();
        assertThat(known.outcome()).isNull();
        replica.group().committed(replica.group().endPosition());
        replica.run();
        assertThat(known.isAppended()).isTrue();
        assertThat(replica.bodies("t", 1)).hasSize(11).endsWith("new");
        assertThat(replica.bodies("fresh", 0)).containsExactly("new");
        assertThat(replica.group().epochs().lastEpoch()).isEqualTo(2);
    }

    @Test
    void aMasterAgainBeginsAQueueBeforeTheRecordThatWasCut() {
        master.send("other", 0, "x");
        master.send("t", 0, "cut");
        master.run();
        master.done(master.group().becomeReplica());
        master.done(master.group().cutTo(0));
        master.done(master.group().becomeMaster());

        TestAppend first = master.send("t", 0, "kept");
        master.turn("commit-log");
        master.group().committed(first.endPosition());
        master.run();

        assertThat(first.queueOffsets[0]).isZero();
        assertThat(master.bodies("t", 0)).containsExactly("kept");
    }

    @Test
    void whatWaitsWhenMastershipEndsIsUnknown() {
        TestAppend waiting = master.send("t", 0, "x");
        master.run();
        TestAppend late = master.send("t", 0, "y");

        master.done(master.group().becomeReplica());
        master.run();

        assertThat(waiting.outcome()).isInstanceOf(AppendOutcome.MastershipEnded.class);
        assertThat(late.outcome()).isInstanceOf(AppendOutcome.NotMaster.class);
        assertThat(waiting.completions()).isEqualTo(1);
    }

    @Test
    void whatWaitsWhenAppendsAreRefusedIsStillAnswered() {
        TestAppend waiting = master.send("t", 0, "x");
        master.turn("commit-log");

        master.done(master.group().refuseAppends());
        TestAppend late = master.send("t", 0, "y");
        master.turn("commit-log");
        assertThat(late.outcome()).isInstanceOf(AppendOutcome.NotMaster.class);
        assertThat(waiting.outcome()).isNull();

        master.group().committed(waiting.endPosition());
        master.run();
        assertThat(waiting.isAppended()).isTrue();

        master.done(master.group().becomeMaster());
        TestAppend again = master.send("t", 0, "z");
        master.turn("commit-log");
        assertThat(again.outcome()).isNull();
        assertThat(again.queueOffsets[0]).isOne();
    }

    @Test
    void cutsOnlyAboveTheCommittedPositionAndBetweenRecords() {
        fill(100);
        copyAll();
        long committed = chunk(0, 3000).length;
        commit(committed);
        long end = replica.group().endPosition();

        assertThat(cutRefusal(committed - 1))
                .isEqualTo("the log cannot be cut at position " + (committed - 1) + ", it is committed up to position "
                        + committed);
        assertThat(cutRefusal(committed + 1)).contains("no record ends there");
        assertThat(cutRefusal(end + 1)).contains("it ends at position " + end);
        assertThat(cutRefusal(-1)).contains("committed");
        assertThat(replica.group().endPosition()).isEqualTo(end);

        replica.done(replica.group().cutTo(committed));

        assertThat(replica.group().endPosition()).isEqualTo(committed);
        assertThat(replica.log(0)).isEqualTo(chunk(0, (int) committed));
        assertThat(replicaDisk.list(FOLDER.resolve("commitlog"))).hasSize(1);
        copyAll();
        assertThat(replica.log(0)).isEqualTo(master.log(0));
        assertThat(master.await(master.group().cutTo(end))).isInstanceOf(CopyOutcome.Refused.class);
    }

    private String cutRefusal(long position) {
        CopyOutcome outcome = replica.await(replica.group().cutTo(position));
        return outcome instanceof CopyOutcome.Refused refused ? refused.reason() : outcome.toString();
    }

    @Test
    void anEmptyCopyBeginsWhereItsMastersLogBegins() {
        master.done(master.group().becomeReplica());
        master.done(master.group().beginEpoch(1, 0));
        master.done(master.group().becomeMaster());
        fill(100);
        long begin = 2L * TestStore.SEGMENT_BYTES;
        replica.close();

        StoreWiring.beginCopyAt(
                TestStore.config(FOLDER).bind(),
                replicaDisk,
                begin,
                master.group().epochs());
        replica = TestStore.inGroup(TestStore.config(FOLDER), replicaDisk, clock, List.of());

        assertThat(replica.store.minPosition()).isEqualTo(begin);
        assertThat(replica.group().endPosition()).isEqualTo(begin);
        assertThat(replica.group().committedPosition()).isEqualTo(begin);
        long common = master.group()
                .epochs()
                .commonEnd(master.group().endPosition(), replica.group().epochs(), begin);
        assertThat(common).isEqualTo(begin);
        replica.done(replica.group().cutTo(common));
        copyAll();
        commit(master.group().endPosition());
        List<String> tail = replica.bodies("t", 0);
        assertThat(tail).isNotEmpty().isEqualTo(lastOf(master.bodies("t", 0), tail.size()));

        replica.close();
        assertThatThrownBy(() -> StoreWiring.beginCopyAt(
                        TestStore.config(FOLDER).bind(),
                        replicaDisk,
                        0,
                        master.group().epochs()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("holds records");
        replica = TestStore.inGroup(TestStore.config(FOLDER), replicaDisk, clock, List.of());
        assertThat(replica.bodies("t", 0)).isEqualTo(tail);
    }

    private static List<String> lastOf(List<String> all, int count) {
        return all.subList(all.size() - count, all.size());
    }

    @Test
    void aCutTakesEpochsAlong() {
        replica.done(replica.group().beginEpoch(1, 0));
        fill(3);
        copyAll();
        long end = replica.group().endPosition();
        assertThat(replica.await(replica.group().beginEpoch(2, 5))).isInstanceOf(CopyOutcome.Refused.class);
        assertThat(replica.await(replica.group().beginEpoch(1, end))).isInstanceOf(CopyOutcome.Refused.class);
        replica.done(replica.group().beginEpoch(2, end));
        fill(3);
        copyAll();

        replica.done(replica.group().cutTo(end));

        assertThat(replica.group().epochs().lastEpoch()).isEqualTo(1);
        replica.close();
        TestStore next = TestStore.inGroup(TestStore.config(FOLDER), replicaDisk, clock, List.of());
        assertThat(next.group().epochs().lastEpoch()).isEqualTo(1);
        assertThat(next.group().endPosition()).isEqualTo(end);
    }
}
