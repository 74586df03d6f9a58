package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.epoch.EpochHistory;
import dev.millrace.store.replica.CopyOutcome;
import dev.millrace.store.replica.GroupStore;
import dev.millrace.store.replica.LogChunk;
import dev.millrace.testkit.ManualClock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two copies with random chunks, damaged ones among them, commits, changes of the master, cuts, clean ends, kills and power
 * cuts: their logs are the same bytes, what was acknowledged stays, and queues show exactly what is committed. The disk of
 * the replica also loses power inside cuts and appends, and must be left with a whole prefix.
 *
 * <p>A failure names its seed; {@code -Dmillrace.copy.seed=N} runs that one alone.
 */
class CopySimulationTest {
    private static final Path FOLDER = Path.of("/store");
    private static final int SEGMENT_BYTES = 4096;
    private static final int STEPS = 160;
    private static final int QUEUES = 3;

    record Case(FlushMode mode, long seed) {}

    static List<Case> cases() {
        String only = System.getProperty("millrace.copy.seed");
        List<Case> all = new ArrayList<>();
        for (FlushMode mode : FlushMode.values()) {
            long first = only == null ? 1 : Long.parseLong(only);
            for (long seed = first; seed < first + (only == null ? 25 : 1); seed++) {
                all.add(new Case(mode, seed));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void copiesHoldTheSame(Case run) {
        Simulation simulation = new Simulation(run);

        simulation.run();

        assertThat(simulation.crashes).as("crashes, to mean something").isPositive();
    }

    private enum End {
        CLEAN,
        KILL,
        POWER
    }

    /** One copy over its processes. */
    private static final class Copy {
        private FaultyDisk disk = new FaultyDisk();
        private TestStore test;
        /** It lost power with asynchronous flush, and has not caught up since: it must not become master. */
        private boolean isVolatile;

        Copy(TestConfig config, ManualClock clock) {
            test = TestStore.inGroup(config, disk, clock, List.of());
        }

        GroupStore group() {
            return test.group();
        }

        void restart(End end, TestConfig config, ManualClock clock, SplittableRandom random) {
            if (end == End.CLEAN) {
                test.close();
            } else {
                FaultyDisk left = end == End.KILL ? disk.afterKill() : disk.afterPowerCut(random.split());
                disk.close();
                disk = left;
            }
            test = TestStore.inGroup(config, disk, clock, List.of());
        }
    }

    private static final class Simulation {
        private final Case run;
        private final SplittableRandom random;
        private final ManualClock clock = TestStore.newClock();
        private final List<TestAppend> sent = new ArrayList<>();
        private Copy master;
        private Copy replica;
        private long epoch;
        private int crashes;
        private int number;
        private byte[] allowed = new byte[0];

        Simulation(Case run) {
            this.run = run;
            random = new SplittableRandom(run.seed);
            master = new Copy(config(), clock);
            replica = new Copy(config(), clock);
        }

        private TestConfig config() {
            return TestStore.config(FOLDER)
                    .withSegmentBytes(SEGMENT_BYTES)
                    .withFlush(run.mode, Duration.ofMillis(700))
                    .withDerivedFlushInterval(Duration.ofSeconds(2));
        }

        void run() {
            elect(master, replica);
            for (int step = 0; step < STEPS; step++) {
                step();
                clock.advance(Duration.ofMillis(random.nextInt(300)));
            }
            finish();
            master.disk.close();
            replica.disk.close();
        }

        private void step() {
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3, 4 -> send();
                case 5, 6, 7, 8, 9 -> copyChunk();
                case 10, 11 -> commit();
                case 12, 13 -> turns();
                case 14 -> change();
                default -> restart();
            }
        }

        private void send() {
            for (int i = random.nextInt(1, 5); i > 0; i--) {
                String body = "m" + number++ + " " + "x".repeat(random.nextInt(1200));
                sent.add(master.test.send("t", random.nextInt(QUEUES), body, "TAGS=a"));
            }
            if (random.nextInt(4) > 0) {
                master.test.turn("commit-log");
            }
        }

        private void turns() {
            for (Copy copy : List.of(master, replica)) {
                for (Agent agent : copy.test.agents) {
                    if (random.nextBoolean()) {
                        agent.doWork();
                    }
                }
            }
        }

        /** Sends the next bytes, and the epochs that begin there. */
        private void copyChunk() {
            long end = replica.group().endPosition();
            long until = Long.MAX_VALUE;
            for (EpochHistory.Entry entry : master.group().epochs().entries()) {
                if (entry.start() == end
                        && entry.epoch() > replica.group().epochs().lastEpoch()) {
                    replica.test.done(replica.group().beginEpoch(entry.epoch(), end));
                } else if (entry.start() > end) {
                    until = Math.min(until, entry.start() - end);
                }
            }
            int bytesMax = (int) Math.min(until, random.nextInt(1, 6000));
            if (master.group().read(end, bytesMax) instanceof LogChunk.Found found) {
                try (LogSlice slice = found.slice()) {
                    byte[] bytes = new byte[slice.bytes().remaining()];
                    slice.bytes().get(0, bytes);
                    store(end, bytes);
                }
            }
            replica.isVolatile &= replica.group().endPosition() < master.group().endPosition();
        }

        private void store(long end, byte[] bytes) {
            int bodyAt = StoredMessageLayout.bodyLengthOffset(0) + Integer.BYTES;
            boolean isRecord =
                    StoredMessageLayout.isMessage(ByteBuffer.wrap(bytes).getInt(4));
            if (isRecord && random.nextInt(8) == 0) {
                byte[] damaged = bytes.clone();
                damaged[bodyAt] ^= 4;
                CopyOutcome outcome = replica.test.await(replica.group().append(end, ByteBuffer.wrap(damaged)));
                assertThat(outcome).as(name()).isInstanceOf(CopyOutcome.Refused.class);
            }
            byte[] before = replica.test.log(0);
            allowed = Arrays.copyOf(before, before.length + bytes.length);
            System.arraycopy(bytes, 0, allowed, before.length, bytes.length);
            crashing(() -> replica.test.done(replica.group().append(end, ByteBuffer.wrap(bytes))));
            assertThat(replica.group().endPosition()).as(name()).isEqualTo(end + bytes.length);
        }

        /** Loses power in a copy of the replica's disk at each change, and behind the last one. */
        private void crashing(Runnable action) {
            boolean isTried = random.nextInt(3) == 0;
            Copy crashed = replica;
            if (isTried) {
                crashed.disk.setBeforeChange(() -> crash(crashed));
            }
            action.run();
            crashed.disk.setBeforeChange(() -> {});
            if (isTried) {
                crash(crashed);
            }
        }

        private void crash(Copy copy) {
            crashes++;
            long survives = Math.min(copy.group().forcedPosition(), copy.group().committedPosition());
            long epochs = copy.group().epochs().lastEpoch();
            try (FaultyDisk now = copy.disk.fork();
                    FaultyDisk left = now.afterPowerCut(random.split())) {
                TestStore found = TestStore.inGroup(config(), left, clock, List.of());
                byte[] bytes = found.log(0);
                assertThat((long) bytes.length)
                        .as(name())
                        .isBetween(survives, (long) allowed.length)
                        .isEqualTo(found.group().endPosition());
                assertThat(bytes).as(name()).isEqualTo(Arrays.copyOf(allowed, bytes.length));
                assertThat(found.group().epochs().lastEpoch()).as(name()).isLessThanOrEqualTo(epochs);
                assertThat(found.group().committedPosition()).as(name()).isLessThanOrEqualTo(bytes.length);
            }
        }

        private void commit() {
            boolean isForced = run.mode == FlushMode.SYNC;
            long here =
                    isForced ? master.group().forcedPosition() : master.group().endPosition();
            long there = isForced
                    ? replica.group().forcedPosition()
                    : replica.group().endPosition();
            // The replica's end may be in an epoch that the master does not share: only after a session began.
            master.group().committed(Math.min(here, there));
            master.test.turn("commit-log");
            if (random.nextBoolean()) {
                replica.group().committed(master.group().committedPosition());
                replica.test.turn("commit-log");
            }
        }

        private void change() {
            if (!replica.isVolatile) {
                elect(replica, master);
            }
        }

        private void elect(Copy winner, Copy loser) {
            if (loser.group().isMaster()) {
                loser.test.done(loser.group().becomeReplica());
            }
            winner.test.done(winner.group().beginEpoch(++epoch, winner.group().endPosition()));
            winner.test.done(winner.group().becomeMaster());
            master = winner;
            replica = loser;
            beginSession();
        }

        /** The replica cuts to the common end. */
        private void beginSession() {
            long common = master.group()
                    .epochs()
                    .commonEnd(
                            master.group().endPosition(),
                            replica.group().epochs(),
                            replica.group().endPosition());
            allowed = replica.test.log(0);
            crashing(() -> replica.test.done(replica.group().cutTo(common)));
            assertThat(replica.test.log(0)).as(name()).isEqualTo(Arrays.copyOf(master.test.log(0), (int) common));
        }

        private void restart() {
            End end = List.of(End.CLEAN, End.KILL, End.POWER).get(random.nextInt(3));
            boolean isMaster = random.nextBoolean();
            boolean mayLack = end == End.POWER && run.mode == FlushMode.ASYNC;
            if (isMaster && mayLack && replica.isVolatile) {
                return;
            }
            Copy ended = isMaster ? master : replica;
            ended.restart(end, config(), clock, random);
            ended.isVolatile |= mayLack;
            if (!isMaster) {
                beginSession();
            } else if (mayLack || !replica.isVolatile && random.nextBoolean()) {
                elect(replica, master);
            } else {
                elect(master, replica);
            }
        }

        private void finish() {
            master.test.turn("commit-log");
            while (replica.group().endPosition() < master.group().endPosition()) {
                copyChunk();
            }
            long end = master.group().endPosition();
            for (Copy copy : List.of(master, replica)) {
                copy.group().committed(end);
                copy.test.run();
                clock.advance(Duration.ofSeconds(1));
                copy.test.run();
                assertThat(copy.test.faults).as(name()).isEmpty();
                assertThat(copy.test.store.committedPosition()).as(name()).isEqualTo(end);
            }
            assertThat(replica.test.log(0)).as(name()).isEqualTo(master.test.log(0));
            for (int queue = 0; queue < QUEUES; queue++) {
                List<String> bodies = names(master, queue);
                assertThat(names(replica, queue)).as(name()).isEqualTo(bodies);
                assertThat(bodies).as(name()).doesNotHaveDuplicates();
                checkAcknowledged(queue, bodies);
            }
        }

        private void checkAcknowledged(int queue, List<String> bodies) {
            for (TestAppend request : sent) {
                assertThat(request.completions()).as(name()).isLessThanOrEqualTo(1);
                if (request.isAppended() && request.queues[0].queueId() == queue) {
                    String body =
                            nameOf(TestStore.bodies(request.records.duplicate()).getFirst());
                    assertThat(bodies.get((int) request.queueOffsets[0]))
                            .as(name())
                            .isEqualTo(body);
                }
            }
        }

        private static List<String> names(Copy copy, int queue) {
            return copy.test.bodies("t", queue).stream().map(Simulation::nameOf).toList();
        }

        private static String nameOf(String body) {
            return body.substring(0, body.indexOf(' '));
        }

        private String name() {
            return run + "; repeat with -Dmillrace.copy.seed=" + run.seed;
        }
    }
}
