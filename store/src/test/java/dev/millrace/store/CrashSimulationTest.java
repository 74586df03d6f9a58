package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.testkit.ManualClock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Crashes a store at every force and change of a name, after every turn of an agent, before, inside and after every record
 * that is appended, and inside what else is written. Opens what is left, and looks whether each queue holds exactly what
 * was appended to it, in order, up to a point behind everything acknowledged, and whether the index finds each message.
 *
 * <p>A failure names its seed; {@code -Dmillrace.crash.seed=N} runs that one alone.
 */
class CrashSimulationTest {
    private static final int QUEUES = 2;
    private static final int ROUNDS = 9;
    private static final int INSIDE_EACH_RECORD = 2;
    private static final Path FOLDER = Path.of("/store");
    private static final Path LOG = FOLDER.resolve("commitlog");
    private static final int SEGMENT_BYTES = 4096;

    private enum Crash {
        POWER,
        KILL
    }

    record Case(FlushMode mode, Crash crash, long seed) {
        boolean keepsEverythingAcknowledged() {
            return crash == Crash.KILL || mode == FlushMode.SYNC;
        }
    }

    static List<Case> cases() {
        String only = System.getProperty("millrace.crash.seed");
        List<Case> all = new ArrayList<>();
        for (FlushMode mode : FlushMode.values()) {
            for (Crash crash : Crash.values()) {
                int count = mode == FlushMode.SYNC && crash == Crash.POWER ? 8 : 4;
                long first = only == null ? 1 : Long.parseLong(only);
                for (long seed = first; seed < first + (only == null ? count : 1); seed++) {
                    all.add(new Case(mode, crash, seed));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void keepsWhatWasAcknowledged(Case run) {
        Simulation simulation = new Simulation(run);

        simulation.run();

        assertThat(simulation.crashes).as("crashes, to mean something").isGreaterThan(100);
    }

    /** One store, crashed again and again into copies of its disk. */
    private static final class Simulation {
        private final Case run;
        private final SplittableRandom random;
        private final List<List<TestAppend>> sent = new ArrayList<>();
        private final List<TestAppend> waiting = new ArrayList<>();
        private final ManualClock clock = TestStore.newClock();
        private final FaultyDisk disk = new FaultyDisk();
        private Set<TestAppend> notYet = Set.of();
        private int crashes;
        private int number;

        Simulation(Case run) {
            this.run = run;
            this.random = new SplittableRandom(run.seed);
            for (int i = 0; i < QUEUES; i++) {
                sent.add(new ArrayList<>());
            }
        }

        void run() {
            try (disk) {
                disk.setBeforeChange(() -> crash("before a force or a change of a name", disk.fork()));
                TestStore test = new TestStore(config(), disk, clock);
                for (int round = 0; round < ROUNDS; round++) {
                    append(test);
                    test.agents.forEach(this::turnOrNot);
                    test.advance(Duration.ofMillis(random.nextInt(1, 2000)));
                }
                test.close();
                crash("after the end", disk.fork());
            }
        }

        private void turnOrNot(Agent agent) {
            if (random.nextInt(4) == 0) {
                return;
            }
            disk.mark();
            agent.doWork();
            if (agent.roleName().equals("commit-log")) {
                crashInsideAppends();
            } else {
                crash("inside what " + agent.roleName() + " wrote", disk.forkInside(random));
            }
            crash("after a turn of " + agent.roleName(), disk.fork());
        }

        private TestConfig config() {
            return TestStore.config(FOLDER)
                    .withSegmentBytes(SEGMENT_BYTES)
                    .withIndexEnabled(true)
                    .withFlush(run.mode, Duration.ofMillis(1500))
                    .withDerivedFlushInterval(Duration.ofSeconds(3));
        }

        private void append(TestStore test) {
            int count = random.nextInt(1, 5);
            for (int i = 0; i < count; i++) {
                int queue = random.nextInt(QUEUES);
                String body = queue + ":" + sent.get(queue).size() + " " + "x".repeat(random.nextInt(900));
                String more = "y".repeat(random.nextInt(600));
                TestAppend request = test.send("t", queue, body, "TAGS=a;P=" + more + ";KEYS=k" + number++);
                sent.get(queue).add(request);
                waiting.add(request);
            }
        }

        /** What the last turn of the commit-log thread wrote, cut before, inside and behind each record. */
        private void crashInsideAppends() {
            List<TestAppend> appended = waiting.stream()
                    .filter(request -> request.endPosition() > 0)
                    .toList();
            waiting.removeAll(appended);
            for (int i = 0; i < appended.size(); i++) {
                TestAppend request = appended.get(i);
                notYet = new HashSet<>(appended.subList(i, appended.size()));
                for (int strike = 0; strike < INSIDE_EACH_RECORD; strike++) {
                    crashInside(request);
                }
                notYet = new HashSet<>(appended.subList(i + 1, appended.size()));
                FaultyDisk behind = disk.fork();
                behind.zeroLogFrom(LOG, request.endPosition());
                crash("behind the record at " + request.positions[0], behind);
            }
            notYet = Set.of();
        }

        /**
         * The order of the writes is that of the log: the record without position, queue offset and store time, then queue
         * offset, store time, position.
         */
        private void crashInside(TestAppend request) {
            long position = request.positions[0];
            byte[] record = new byte[request.sizes[0]];
            request.records.get(request.records.position(), record);
            FaultyDisk torn = disk.fork();
            torn.zeroLogFrom(LOG, position);
            Path file = LOG.resolve(String.format("%020d", position - position % SEGMENT_BYTES));
            long at = position % SEGMENT_BYTES;
            boolean isCopied = random.nextInt(3) == 0;
            int count = isCopied ? record.length : random.nextInt(record.length);
            torn.overwrite(file, at, record, count);
            if (isCopied) {
                int fields = random.nextInt(3 * Long.BYTES);
                writeFields(torn, file, at, request, fields);
                crash("inside the record at " + position + ", " + fields + " bytes of its fields", torn);
            } else {
                crash("inside the record at " + position + ", byte " + count, torn);
            }
        }

        private static void writeFields(FaultyDisk torn, Path file, long at, TestAppend request, int bytes) {
            long[] values = {request.queueOffsets[0], request.storeTimeMs, request.positions[0]};
            int[] places = {
                StoredMessageLayout.QUEUE_OFFSET_OFFSET,
                StoredMessageLayout.storeTimeOffset(0),
                StoredMessageLayout.POSITION_OFFSET
            };
            for (int i = 0; i < values.length; i++) {
                byte[] value =
                        ByteBuffer.allocate(Long.BYTES).putLong(values[i]).array();
                torn.overwrite(file, at + places[i], value, Math.clamp(bytes - i * Long.BYTES, 0, Long.BYTES));
            }
        }

        /** @param now a disk that this method may use up */
        private void crash(String place, FaultyDisk now) {
            crashes++;
            String name = run + ", crash " + crashes + " " + place + "; repeat with -Dmillrace.crash.seed=" + run.seed;
            try (now;
                    FaultyDisk left = after(now)) {
                if (random.nextInt(4) > 0) {
                    check(left, name);
                    return;
                }
                left.setBeforeChange(new CrashAt(random.nextInt(6)));
                try {
                    new TestStore(config(), left, clock).run();
                } catch (Crashed e) {
                    left.setBeforeChange(() -> {});
                }
                try (FaultyDisk twice = after(left)) {
                    check(twice, name + ", crashed again in recovery");
                }
            } catch (StoreException e) {
                throw new AssertionError(name, e);
            }
        }

        private FaultyDisk after(FaultyDisk now) {
            return run.crash == Crash.POWER ? now.afterPowerCut(random.split()) : now.afterKill();
        }

        /** Opens what is left, compares, goes on, compares once more, and after one more power cut. */
        private void check(FaultyDisk left, String name) {
            TestStore test = new TestStore(config(), left, clock);
            test.run();
            Optional<TestAppend> lost = lostAt(test.store.maxPosition());
            List<String> expected =
                    lost.map(request -> continueLike(request, test, name)).orElse(List.of());
            if (lost.isPresent()) {
                int queue = lost.get().queues[0].queueId();
                try (FaultyDisk later = left.afterPowerCut(random.split())) {
                    TestStore again = new TestStore(config(), later, clock);
                    again.run();
                    assertThat(again.bodies("t", queue))
                            .as("%s, and a power cut later", name)
                            .isEqualTo(expected);
                }
                return;
            }
            for (int queue = 0; queue < QUEUES; queue++) {
                List<String> bodies = test.bodies("t", queue);
                assertThat(test.store.queue("t", queue).minOffset()).as(name).isZero();
                assertThat(bodies).as(name).isEqualTo(bodiesOf(queue, bodies.size()));
                if (run.keepsEverythingAcknowledged()) {
                    assertThat(bodies.size()).as(name).isGreaterThanOrEqualTo(acknowledged(queue));
                }
                assertIndexed(test, queue, bodies, name);
                TestAppend next = test.send("t", queue, "next", "KEYS=next" + queue);
                test.advance(Duration.ofSeconds(2));
                test.run();
                assertThat(next.isAppended()).as(name).isTrue();
                assertThat(next.queueOffsets[0]).as(name).isEqualTo(bodies.size());
                assertThat(test.bodies("t", queue)).as(name).last().isEqualTo("next");
                assertThat(test.store.positionsByKey("t", "next" + queue, 9, 0, Long.MAX_VALUE))
                        .as(name)
                        .containsExactly(next.positions[0]);
            }
        }

        /** The first record that the crash took, if it took one. */
        private Optional<TestAppend> lostAt(long end) {
            return sent.stream()
                    .flatMap(List::stream)
                    .filter(request -> request.endPosition() > 0 && request.positions[0] == end)
                    .findFirst();
        }

        /** Appends a record as large as the lost one, behind which its old successors stood, and makes it durable. */
        private List<String> continueLike(TestAppend lost, TestStore test, String name) {
            int queue = lost.queues[0].queueId();
            List<String> bodies = test.bodies("t", queue);
            assertThat(bodies).as(name).isEqualTo(bodiesOf(queue, bodies.size()));
            if (run.keepsEverythingAcknowledged()) {
                assertThat(bodies.size()).as(name).isGreaterThanOrEqualTo(acknowledged(queue));
            }
            assertIndexed(test, queue, bodies, name);
            String body = "n".repeat(lost.sizes[0] - StoredMessageLayout.recordBytes(0, 0, 1, 0));
            TestAppend next = test.send("t", queue, body);
            test.run();
            test.advance(Duration.ofSeconds(2));
            test.run();
            assertThat(next.endPosition()).as(name).isEqualTo(lost.endPosition());
            List<String> expected = new ArrayList<>(bodies);
            expected.add(body);
            assertThat(test.bodies("t", queue)).as(name).isEqualTo(expected);
            return expected;
        }

        private void assertIndexed(TestStore test, int queue, List<String> bodies, String name) {
            for (int i = 0; i < bodies.size(); i++) {
                TestAppend request = sent.get(queue).get(i);
                assertThat(test.store.positionsByKey("t", keyOf(request), 9, 0, Long.MAX_VALUE))
                        .as(name)
                        .containsExactly(request.positions[0]);
                Optional<LogSlice> record = test.store.recordAt(request.positions[0]);
                assertThat(record).as(name).isPresent();
                record.ifPresent(LogSlice::close);
            }
        }

        private static String keyOf(TestAppend request) {
            return String.valueOf(StoredMessage.decode(request.records, request.records.position())
                    .properties()
                    .get("KEYS"));
        }

        private List<String> bodiesOf(int queue, int count) {
            return sent.get(queue).subList(0, Math.min(count, sent.get(queue).size())).stream()
                    .map(request ->
                            TestStore.bodies(request.records.duplicate()).getFirst())
                    .toList();
        }

        private int acknowledged(int queue) {
            int count = 0;
            for (TestAppend request : sent.get(queue)) {
                if (!request.isAppended() || notYet.contains(request)) {
                    break;
                }
                count++;
            }
            return count;
        }
    }

    /** Throws at the n-th change. */
    private static final class CrashAt implements Runnable {
        private int countdown;

        CrashAt(int countdown) {
            this.countdown = countdown;
        }

        @Override
        public void run() {
            if (countdown-- == 0) {
                throw new Crashed();
            }
        }
    }

    private static final class Crashed extends Error {
        private static final long serialVersionUID = 1L;
    }
}
