package dev.millrace.broker.delay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.message.RecallHandle;
import dev.millrace.store.Agent;
import dev.millrace.store.FaultyDisk;
import dev.millrace.store.FlushMode;
import dev.millrace.store.TestAppend;
import dev.millrace.store.TestConfig;
import dev.millrace.store.TestStore;
import dev.millrace.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Crashes a broker's store at every force and change of a name and after turns of its agents; what is left then delivers
 * every acknowledged message once, no recalled one, and none early.
 */
final class TimerCrashTest {
    private static final int ROUNDS = 7;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void deliversOnceOverAPowerCutWithSyncFlush(long seed) {
        new Simulation(seed, FlushMode.SYNC, true).run();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void deliversOnceOverAKillWithAsyncFlush(long seed) {
        new Simulation(seed, FlushMode.ASYNC, false).run();
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22})
    void deliversNothingTwiceOverAPowerCutWithAsyncFlush(long seed) {
        new Simulation(seed, FlushMode.ASYNC, true).run();
    }

    private static final class Simulation {
        private final SplittableRandom random;
        private final String name;
        private final FlushMode mode;
        private final boolean cutsPower;
        private final ManualClock clock = TestStore.newClock();
        private final FaultyDisk disk = new FaultyDisk();
        private final Map<String, TestAppend> sent = new TreeMap<>();
        private final Map<String, Long> dues = new TreeMap<>();
        private final Map<String, CompletionStage<TimerRecalls.Outcome>> recalls = new TreeMap<>();

        Simulation(long seed, FlushMode mode, boolean cutsPower) {
            this.random = new SplittableRandom(seed);
            this.name = "seed " + seed;
            this.mode = mode;
            this.cutsPower = cutsPower;
        }

        private TestConfig config() {
            return TestStore.config(TimedStore.FOLDER)
                    .withSegmentBytes(4096)
                    .withFlush(mode, Duration.ofMillis(700))
                    .withRetention(Duration.ofSeconds(20))
                    .withDerivedFlushInterval(Duration.ofSeconds(3));
        }

        private TimedStore open(FaultyDisk target, ManualClock time) {
            return new TimedStore(
                    config(), target, time, "broker.delay.save-interval=1s", "broker.delay.window-count=16");
        }

        void run() {
            try (disk) {
                TimedStore store = open(disk, clock);
                disk.setBeforeChange(this::crash);
                for (int round = 0; round < ROUNDS; round++) {
                    send(store);
                    recallOne(store);
                    for (int i = 0; i < 4; i++) {
                        turn(store);
                    }
                    clock.advance(Duration.ofMillis(random.nextInt(1, 1500)));
                }
                crash();
            }
        }

        private void turn(TimedStore store) {
            store.agent.turn();
            if (random.nextInt(3) > 0) {
                store.agent.save();
            }
            for (Agent agent : store.test.agents) {
                if (random.nextInt(4) > 0) {
                    agent.doWork();
                }
            }
            if (random.nextInt(6) == 0) {
                crash();
            }
        }

        private void send(TimedStore store) {
            int count = random.nextInt(1, 4);
            for (int i = 0; i < count; i++) {
                String body = "m" + sent.size();
                long due = clock.millis() + random.nextInt(1, 12_000);
                dues.put(body, due);
                sent.put(body, store.sendAt("t", body, due));
            }
            store.test.send("filler", 0, "x".repeat(random.nextInt(1200)));
        }

        private void recallOne(TimedStore store) {
            String body = "m" + random.nextInt(sent.size());
            if (!recalls.containsKey(body)) {
                recalls.put(
                        body,
                        store.agent
                                .recalls()
                                .recall(new RecallHandle("t", "b", dues.getOrDefault(body, 0L), "id-" + body)));
            }
        }

        private void crash() {
            Set<String> acknowledged = new HashSet<>();
            sent.forEach((body, append) -> {
                if (append.isAppended()) {
                    acknowledged.add(body);
                }
            });
            Set<String> recalled = new HashSet<>();
            Set<String> asked = new HashSet<>();
            recalls.forEach((body, outcome) -> {
                asked.add(body);
                if (outcome.toCompletableFuture().getNow(null) instanceof TimerRecalls.Outcome.Recalled) {
                    recalled.add(body);
                }
            });
            try (FaultyDisk left = cutsPower ? disk.afterPowerCut(random.split()) : disk.afterKill()) {
                check(left, acknowledged, recalled, asked);
            }
        }

        private void check(FaultyDisk left, Set<String> acknowledged, Set<String> recalled, Set<String> asked) {
            ManualClock time = new ManualClock(clock.instant());
            TimedStore store = open(left, time);
            store.run();
            List<String> early = new ArrayList<>(store.bodies("t"));
            early.removeIf(body -> dues.getOrDefault(body, 0L) <= time.millis());
            assertThat(early).as(name).isEmpty();
            store.pass(Duration.ofSeconds(13), Duration.ofMillis(1000));

            List<String> bodies = store.bodies("t");
            assertThat(bodies).as(name).doesNotHaveDuplicates();
            assertThat(store.figures().pendingCount()).as(name).isZero();
            assertThat(store.figures().lostTotal()).as(name).isZero();
            if (mode == FlushMode.SYNC || !cutsPower) {
                acknowledged.removeAll(asked);
                assertThat(bodies).as(name).containsAll(acknowledged).doesNotContainAnyElementsOf(orNone(recalled));
            }
        }

        private static Set<String> orNone(Set<String> bodies) {
            return bodies.isEmpty() ? Set.of("none") : bodies;
        }
    }
}
