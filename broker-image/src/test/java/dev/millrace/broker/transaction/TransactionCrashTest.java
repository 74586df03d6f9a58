package dev.millrace.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.store.Agent;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.FaultyDisk;
import dev.millrace.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Crashes a broker's store at every force and change of a name and between turns of its agents, while halves are sent,
 * committed, rolled back, stored again and removed by retention. What is left knows of every half what was acknowledged:
 * it is pending, or its outcome stands, and no message is seen twice.
 */
final class TransactionCrashTest {
    private static final Path FOLDER = Path.of("/store");
    private static final int ROUNDS = 14;
    private static final Duration RETENTION = Duration.ofSeconds(30);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void keepsEveryOutcomeOverAPowerCutWithSyncFlush(long seed) {
        new Simulation(seed, true, true).run();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void keepsEveryOutcomeOverAKillWithAsyncFlush(long seed) {
        new Simulation(seed, false, false).run();
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void losesNoDurableHalfOverAPowerCutWithAsyncFlush(long seed) {
        new Simulation(seed, false, true).run();
    }

    private static final class Simulation {
        private final SplittableRandom random;
        private final String name;
        private final boolean isSync;
        private final boolean cutsPower;
        private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
        private final FaultyDisk disk = new FaultyDisk();
        private final Map<String, HandStore.Append> sent = new TreeMap<>();
        private final Map<String, Decision> decisions = new TreeMap<>();
        private long durable;
        private int crashes;

        private record Decision(boolean isCommit, long atMs, CompletableFuture<AppendOutcome> outcome) {
            boolean isAcknowledged() {
                return outcome.getNow(AppendOutcome.Throttled.INSTANCE) instanceof AppendOutcome.Appended;
            }
        }

        Simulation(long seed, boolean isSync, boolean cutsPower) {
            this.random = new SplittableRandom(seed);
            this.name = "seed " + seed;
            this.isSync = isSync;
            this.cutsPower = cutsPower;
        }

        private HandStore open(FaultyDisk target, ManualClock time) {
            return new HandStore(
                    target,
                    FOLDER,
                    time,
                    "store.segment-size=4096B",
                    "store.record-size-max=4000B",
                    "store.flush.mode=" + (isSync ? "SYNC" : "ASYNC"),
                    "store.flush.interval=1500ms",
                    "store.derived-flush-interval=3s",
                    "store.retention=" + RETENTION.toSeconds() + "s",
                    "broker.transaction-timeout=1h",
                    "broker.transaction-age-max=100h");
        }

        void run() {
            try (disk) {
                HandStore store = open(disk, clock);
                disk.setBeforeChange(this::crash);
                for (int round = 0; round < ROUNDS; round++) {
                    send(store);
                    settleSome(store);
                    for (int i = 0; i < 4; i++) {
                        turn(store);
                    }
                    clock.advance(Duration.ofMillis(random.nextInt(1, 9000)));
                }
                crash();
            }
            assertThat(crashes).as("crashes, to mean something").isGreaterThan(50);
        }

        private void turn(HandStore store) {
            for (Agent agent : store.agents()) {
                if (random.nextInt(4) > 0) {
                    agent.doWork();
                }
                durable = store.store.durablePosition();
            }
            if (random.nextInt(2) == 0) {
                store.transactions.turn();
            }
            if (random.nextInt(2) == 0) {
                store.transactions.save();
            }
            if (random.nextInt(3) == 0) {
                crash();
            }
        }

        private void send(HandStore store) {
            int count = random.nextInt(1, 4);
            for (int i = 0; i < count; i++) {
                String body = String.format("m%03d", sent.size());
                Map<String, String> properties = HandStore.halfProperties("orders");
                sent.put(body, store.submit(TopicNames.HALF, body, properties, 0, 0, clock.millis()));
            }
            store.submit("filler", "x".repeat(random.nextInt(3500)), Map.of(), 0, 0, clock.millis());
        }

        private void settleSome(HandStore store) {
            for (long position : store.pending()) {
                if (random.nextInt(3) == 0 && store.follower.halves().claim(position)) {
                    HalfRecord half = store.record(position);
                    boolean isCommit = random.nextBoolean();
                    decisions.put(
                            body(half),
                            new Decision(
                                    isCommit,
                                    clock.millis(),
                                    isCommit ? store.settlements.commit(half) : store.settlements.rollBack(half)));
                }
            }
        }

        private static String body(HalfRecord half) {
            byte[] bytes = new byte[half.body().remaining()];
            half.body().get(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        private void crash() {
            crashes++;
            ManualClock time = new ManualClock(clock.instant());
            try (FaultyDisk left = cutsPower ? disk.afterPowerCut(random.split()) : disk.afterKill()) {
                HandStore store = open(left, time);
                store.run();
                check(store);
            }
        }

        private void check(HandStore store) {
            List<String> pending = new ArrayList<>();
            for (long position : store.pending()) {
                pending.add(body(store.record(position)));
            }
            List<String> seen = store.bodies("orders");
            assertThat(pending).as(name).doesNotHaveDuplicates().doesNotContainAnyElementsOf(orNone(seen));
            assertThat(seen).as(name).doesNotHaveDuplicates();
            Set<String> known = new HashSet<>(pending);
            known.addAll(seen);
            boolean keepsAcknowledged = isSync || !cutsPower;
            sent.forEach((body, append) -> {
                boolean isSafe = keepsAcknowledged
                        ? append.isAppended()
                        : append.endPosition() > 0 && append.endPosition() <= durable;
                Decision decision = decisions.get(body);
                if (isSafe && mustBeKnown(decision)) {
                    assertThat(known).as("%s, decision %s", name, decision).contains(body);
                }
                if (keepsAcknowledged && decision != null && decision.isAcknowledged()) {
                    assertThat(pending).as(name).doesNotContain(body);
                }
                if (decision != null && !decision.isCommit) {
                    assertThat(seen).as(name).doesNotContain(body);
                }
            });
            settleTheRest(store, pending, seen);
        }

        /** A rolled back half is gone; what was committed goes with its segment. */
        private boolean mustBeKnown(@Nullable Decision decision) {
            return decision == null || decision.isCommit && clock.millis() - decision.atMs < RETENTION.toMillis();
        }

        private void settleTheRest(HandStore store, List<String> pending, List<String> seen) {
            for (long position : store.pending()) {
                assertThat(store.follower.halves().claim(position)).as(name).isTrue();
                store.settlements.commit(store.record(position));
            }
            store.run();
            List<String> all = new ArrayList<>(seen);
            all.addAll(pending);
            assertThat(store.bodies("orders")).as(name).containsExactlyInAnyOrderElementsOf(all);
        }

        private static Set<String> orNone(List<String> bodies) {
            return bodies.isEmpty() ? Set.of("none") : new HashSet<>(bodies);
        }
    }
}
