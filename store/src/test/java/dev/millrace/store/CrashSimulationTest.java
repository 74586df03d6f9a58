package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Crashes a store at every force and change of a name and after every turn of an agent, opens what is left, and looks
 * whether each queue holds exactly what was appended to it, in order, up to a point behind everything acknowledged.
 */
class CrashSimulationTest {
    private static final int QUEUES = 2;
    private static final Path FOLDER = Path.of("/store");

    private enum Crash {
        POWER,
        KILL
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void keepsAcknowledgedMessagesOverAPowerCutWithSyncFlush(long seed) {
        new Simulation(seed, FlushMode.SYNC, Crash.POWER).run();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void keepsAcknowledgedMessagesOverAKillWithAsyncFlush(long seed) {
        new Simulation(seed, FlushMode.ASYNC, Crash.KILL).run();
    }

    @ParameterizedTest
    @ValueSource(longs = {21})
    void keepsAcknowledgedMessagesOverAKillWithSyncFlush(long seed) {
        new Simulation(seed, FlushMode.SYNC, Crash.KILL).run();
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32})
    void keepsAPrefixOverAPowerCutWithAsyncFlush(long seed) {
        new Simulation(seed, FlushMode.ASYNC, Crash.POWER).run();
    }

    @Test
    void crashesOftenEnoughToMeanSomething() {
        Simulation simulation = new Simulation(41, FlushMode.SYNC, Crash.POWER);

        simulation.run();

        assertThat(simulation.crashes).isGreaterThan(50);
    }

    /** One store, crashed again and again into copies of its disk. */
    private static final class Simulation {
        private final SplittableRandom random;
        private final long seed;
        private final FlushMode mode;
        private final Crash kind;
        private final List<List<TestAppend>> sent = new ArrayList<>();
        private final ManualClock clock = TestStore.newClock();
        private final FaultyDisk disk = new FaultyDisk();
        private int crashes;
        private int number;

        Simulation(long seed, FlushMode mode, Crash kind) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.mode = mode;
            this.kind = kind;
            for (int i = 0; i < QUEUES; i++) {
                sent.add(new ArrayList<>());
            }
        }

        void run() {
            try (disk) {
                disk.setBeforeChange(() -> crash(disk));
                TestStore test = new TestStore(config(), disk, clock);
                for (int round = 0; round < 9; round++) {
                    append(test);
                    test.agents.forEach(this::turnOrNot);
                    test.advance(Duration.ofMillis(random.nextInt(1, 2000)));
                }
                test.close();
                crash(disk);
            }
        }

        private void turnOrNot(Agent agent) {
            if (random.nextInt(4) > 0) {
                agent.doWork();
                crash(disk);
            }
        }

        private TestConfig config() {
            return TestStore.config(FOLDER)
                    .withSegmentBytes(4096)
                    .withFlush(mode, Duration.ofMillis(1500))
                    .withDerivedFlushInterval(Duration.ofSeconds(3));
        }

        private void append(TestStore test) {
            int count = random.nextInt(1, 5);
            for (int i = 0; i < count; i++) {
                int queue = random.nextInt(QUEUES);
                String body = queue + ":" + sent.get(queue).size() + " " + "x".repeat(random.nextInt(900));
                sent.get(queue).add(test.send("t", queue, body, "TAGS=a;N=" + number++));
            }
        }

        private void crash(FaultyDisk now) {
            crashes++;
            try (FaultyDisk left = after(now)) {
                boolean crashesInRecovery = random.nextInt(4) == 0;
                int countdown = random.nextInt(6);
                if (crashesInRecovery) {
                    left.setBeforeChange(new CrashAt(countdown));
                    try {
                        new TestStore(config(), left, clock).run();
                    } catch (Crashed e) {
                        left.setBeforeChange(() -> {});
                    }
                    try (FaultyDisk twice = after(left)) {
                        check(twice);
                    }
                } else {
                    check(left);
                }
            }
        }

        private FaultyDisk after(FaultyDisk now) {
            return kind == Crash.POWER ? now.afterPowerCut(random.split()) : now.afterKill();
        }

        /** Opens what is left, compares, goes on, and compares once more. */
        private void check(FaultyDisk left) {
            TestStore test = new TestStore(config(), left, clock);
            String name = "seed " + seed + ", crash " + crashes;
            test.run();
            for (int queue = 0; queue < QUEUES; queue++) {
                List<String> bodies = test.bodies("t", queue);
                assertThat(test.store.queue("t", queue).minOffset()).as(name).isZero();
                assertThat(bodies).as(name).isEqualTo(bodiesOf(queue, bodies.size()));
                if (kind == Crash.KILL || mode == FlushMode.SYNC) {
                    assertThat(bodies.size()).as(name).isGreaterThanOrEqualTo(acknowledged(queue));
                }
                TestAppend next = test.send("t", queue, "next");
                test.advance(Duration.ofSeconds(2));
                test.run();
                assertThat(next.isAppended()).as(name).isTrue();
                assertThat(next.queueOffsets[0]).as(name).isEqualTo(bodies.size());
                assertThat(test.bodies("t", queue)).as(name).last().isEqualTo("next");
            }
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
                if (!request.isAppended()) {
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
