package dev.millrace.e2e.idempotence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.MessageListener;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.idempotent.Claim;
import dev.millrace.client.idempotent.ClaimOutcome;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.IdempotenceStore;
import dev.millrace.client.idempotent.IdempotentBatchListener;
import dev.millrace.client.idempotent.IdempotentListener;
import dev.millrace.client.idempotent.StoreKey;
import dev.millrace.client.idempotent.WhenStoreFails;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** What has to hold for every store. Owner: one test class. */
final class StoreScenarios {
    private static final Duration SHORT_LEASE = Duration.ofMillis(400);
    /** Longer than this machine stands still, shorter than anybody wants to wait. */
    private static final Duration RENEWED_LEASE = Duration.ofSeconds(1);

    private static final Duration SHORT_RETENTION = Duration.ofMillis(1500);
    private static final Duration LEASE = Duration.ofSeconds(20);
    private static final Duration RETENTION = Duration.ofHours(1);
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int RACES = 200;
    private static final int RACERS = 4;
    private static final long SEED = 20_260;

    private final IdempotenceStore store;
    private final int idCount;
    private final Map<String, AtomicInteger> effects = new ConcurrentHashMap<>();

    /** @param idCount messages for the longest scenario, by the speed of the store */
    StoreScenarios(IdempotenceStore store, int idCount) {
        this.store = store;
        this.idCount = idCount;
    }

    private static IdempotenceSettings settings(String scope) {
        return IdempotenceSettings.of(scope)
                .withLease(LEASE)
                .withRetention(RETENTION)
                .withWaitMax(Duration.ZERO);
    }

    private ConsumeResult effect(String id) {
        effects.computeIfAbsent(id, unused -> new AtomicInteger()).incrementAndGet();
        return ConsumeResult.SUCCESS;
    }

    private int effectsOf(String id) {
        AtomicInteger count = effects.get(id);
        return count == null ? 0 : count.get();
    }

    private IdempotentListener listener(IdempotenceSettings settings) {
        return IdempotentListener.of(store, settings, message -> effect(message.messageId()));
    }

    private Claim claim(StoreKey key, Duration lease) {
        return ((ClaimOutcome.Claimed) store.claim(key, lease)).claim();
    }

    /** Those that need a store only. */
    Stream<DynamicTest> ofAnyStore() {
        return Stream.of(
                DynamicTest.dynamicTest("one of several claimants gets the key", this::oneOfSeveralGetsIt),
                DynamicTest.dynamicTest("renewals keep others away", this::renewalsKeepOthersAway),
                DynamicTest.dynamicTest("another takes over from the dead", this::anotherTakesOver),
                DynamicTest.dynamicTest("a stale token changes nothing", this::staleTokenChangesNothing),
                DynamicTest.dynamicTest("what is done is forgotten after the retention", this::forgetsAfterRetention),
                DynamicTest.dynamicTest("overlapping batches do each effect once", this::overlappingBatches),
                DynamicTest.dynamicTest("keys differ by case and by what follows", this::keysAreExact),
                DynamicTest.dynamicTest("each effect happens once, seed " + SEED, this::eachEffectOnce));
    }

    /** Those that need a server to stop and start. */
    Stream<DynamicTest> ofServer(ServerProcess server) {
        return Stream.of(
                DynamicTest.dynamicTest("FAIL and GO_ON while the server is away", () -> failAndGoOn(server)),
                DynamicTest.dynamicTest("a restart during work loses nothing", () -> restartDuringWork(server)),
                DynamicTest.dynamicTest("a server that stands still is given up", () -> standsStill(server)));
    }

    private void oneOfSeveralGetsIt() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(RACERS);
        CyclicBarrier barrier = new CyclicBarrier(RACERS);

        List<Future<List<Integer>>> racers = new ArrayList<>();
        for (int racer = 0; racer < RACERS; racer++) {
            racers.add(threads.submit((Callable<List<Integer>>) () -> race(barrier)));
        }
        List<Integer> won = new ArrayList<>();
        for (Future<List<Integer>> each : racers) {
            won.addAll(each.get());
        }
        threads.shutdown();

        assertThat(won)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, RACES).boxed().toList());
    }

    private List<Integer> race(CyclicBarrier barrier) throws Exception {
        List<Integer> won = new ArrayList<>();
        for (int i = 0; i < RACES; i++) {
            barrier.await();
            if (store.claim(StoreKey.of("race", "r" + i), LEASE) instanceof ClaimOutcome.Claimed) {
                won.add(i);
            }
        }
        return won;
    }

    private void renewalsKeepOthersAway() throws Exception {
        IdempotenceSettings settings = settings("renewal").withLease(RENEWED_LEASE);
        List<ConsumeResult> others = new ArrayList<>();

        try (IdempotentListener other = listener(settings);
                IdempotentListener one = IdempotentListener.of(store, settings, message -> {
                    await().pollDelay(RENEWED_LEASE.multipliedBy(5).dividedBy(2))
                            .until(() -> true);
                    others.add(other.consume(message));
                    return effect(message.messageId());
                })) {
            ConsumeResult result = one.consume(Delivered.message("long"));

            assertThat(result).isEqualTo(ConsumeResult.SUCCESS);
            assertThat(others)
                    .singleElement()
                    .satisfies(given -> assertThat(given.delay()).isPresent());
            assertThat(effectsOf("long")).isEqualTo(1);
            assertThat(one.counts().completed()).isEqualTo(1);
        }
    }

    private void anotherTakesOver() throws Exception {
        Claim dead = claim(StoreKey.of("death", "left"), SHORT_LEASE);
        List<Long> tokens = new ArrayList<>();

        try (IdempotentListener other = IdempotentListener.leased(store, settings("death"), (message, lease) -> {
            tokens.add(lease.fencingToken());
            return effect(message.messageId());
        })) {
            await().atMost(DEADLINE).until(() -> other.consume(Delivered.message("left")) == ConsumeResult.SUCCESS);
        }

        assertThat(effectsOf("left")).isEqualTo(1);
        assertThat(tokens).singleElement().satisfies(token -> assertThat(token).isGreaterThan(dead.fencingToken()));
        assertThat(store.complete(dead, RETENTION)).isFalse();
    }

    private void staleTokenChangesNothing() {
        StoreKey key = StoreKey.of("stale", "1");
        Claim stale = claim(key, SHORT_LEASE);
        await().atMost(DEADLINE).until(() -> store.claim(key, LEASE) instanceof ClaimOutcome.Claimed);

        store.release(stale);

        assertThat(store.renew(stale, LEASE)).isFalse();
        assertThat(store.complete(stale, RETENTION)).isFalse();
        assertThat(store.claim(key, LEASE)).isInstanceOf(ClaimOutcome.Held.class);
    }

    private void forgetsAfterRetention() throws Exception {
        IdempotenceSettings settings =
                settings("retention").withLease(SHORT_LEASE).withRetention(SHORT_RETENTION);

        try (IdempotentListener listener = listener(settings)) {
            listener.consume(Delivered.message("old"));
            listener.consume(Delivered.message("old"));
            assertThat(listener.counts().duplicates()).isEqualTo(1);
            await().atMost(DEADLINE).until(() -> {
                listener.consume(Delivered.message("old"));
                return effectsOf("old") == 2;
            });
        }
    }

    /** Every batch shares messages with four others, in another order; several threads handle them at once. */
    private void overlappingBatches() throws Exception {
        int batches = 64;
        int size = 20;
        ExecutorService threads = Executors.newFixedThreadPool(RACERS);
        try (IdempotentBatchListener listener =
                IdempotentBatchListener.of(store, settings("batches").withWaitMax(Duration.ofMillis(20)), messages -> {
                    messages.forEach(message -> effect(message.messageId()));
                    return ConsumeResult.SUCCESS;
                })) {
            List<Future<?>> running = new ArrayList<>();
            for (int batch = 0; batch < batches; batch++) {
                int first = batch * size / 4;
                List<ReceivedMessage> messages = new ArrayList<>(IntStream.range(first, first + size)
                        .mapToObj(i -> Delivered.message("batch-" + i))
                        .toList());
                Collections.shuffle(messages, new Random(SEED + batch));
                running.add(threads.submit(() -> await().atMost(DEADLINE)
                        .pollDelay(Duration.ZERO)
                        .until(() -> listener.consume(messages) == ConsumeResult.SUCCESS)));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            threads.shutdown();
        }

        int last = (batches - 1) * size / 4 + size;
        assertThat(IntStream.range(0, last))
                .allSatisfy(i -> assertThat(effectsOf("batch-" + i)).isEqualTo(1));
    }

    private void keysAreExact() {
        List<StoreKey> keys = Stream.of("a", "A", "a ", "ä", "a/1", "x".repeat(150), "x".repeat(300))
                .map(id -> StoreKey.of("exact", id))
                .toList();

        List<ClaimOutcome> outcomes = store.claimAll(keys, LEASE);

        assertThat(outcomes).hasOnlyElementsOfType(ClaimOutcome.Claimed.class);
    }

    /** One in ten deliveries fails before its effect, one in a hundred dies with its claim. */
    private void eachEffectOnce() throws Exception {
        List<String> ids =
                IntStream.range(0, idCount).mapToObj(i -> "swarm-" + i).toList();
        IdempotenceSettings settings = settings("swarm").withWaitMax(Duration.ofMillis(20));
        Random random = new Random(SEED);
        MessageListener unsure = message -> switch (random.nextInt(20)) {
            case 0 -> ConsumeResult.RETRY;
            case 1 -> throw new IllegalStateException("as the test wants it");
            default -> effect(message.messageId());
        };

        int failures;
        try (IdempotentListener listener = IdempotentListener.of(store, settings, unsure)) {
            failures = new Swarm(ids, SEED).run(message -> {
                if (random.nextInt(100) == 0) {
                    store.claim(StoreKey.of("swarm", message.messageId()), SHORT_LEASE);
                    return ConsumeResult.RETRY;
                }
                return listener.consume(message);
            });
            assertThat(listener.counts().completed()).isEqualTo(idCount);
            assertThat(listener.counts().duplicates()).isEqualTo((long) idCount * (Swarm.TIMES - 1));
            assertThat(listener.counts().lost()).isZero();
        }

        assertThat(failures).isGreaterThan(idCount / 20);
        assertThat(ids).allSatisfy(id -> assertThat(effectsOf(id)).isEqualTo(1));
    }

    private void failAndGoOn(ServerProcess server) throws Exception {
        IdempotenceSettings careful = settings("away");
        server.stop();

        try (IdempotentListener failing = listener(careful);
                IdempotentListener bold = listener(careful.whenStoreFails(WhenStoreFails.GO_ON))) {
            ConsumeResult refused = failing.consume(Delivered.message("careful"));
            ConsumeResult handled = bold.consume(Delivered.message("bold"));

            assertThat(refused).isEqualTo(ConsumeResult.RETRY);
            assertThat(handled).isEqualTo(ConsumeResult.SUCCESS);
            assertThat(effectsOf("careful")).isZero();
            assertThat(effectsOf("bold")).isEqualTo(1);
            assertThat(failing.counts().refused()).isEqualTo(1);
            assertThat(bold.counts().unprotected()).isEqualTo(1);
            server.start();
            await().atMost(DEADLINE)
                    .until(() -> failing.consume(Delivered.message("careful")) == ConsumeResult.SUCCESS);
            assertThat(effectsOf("careful")).isEqualTo(1);
        }
    }

    private void restartDuringWork(ServerProcess server) throws Exception {
        IdempotenceSettings settings = settings("restart").withWaitMax(DEADLINE);

        try (IdempotentListener listener = IdempotentListener.of(store, settings, message -> {
            server.stop();
            server.start();
            return effect(message.messageId());
        })) {
            ConsumeResult first = listener.consume(Delivered.message("restarted"));
            ConsumeResult again = listener.consume(Delivered.message("restarted"));

            assertThat(List.of(first, again)).containsOnly(ConsumeResult.SUCCESS);
            assertThat(effectsOf("restarted")).isEqualTo(1);
            assertThat(listener.counts().completed()).isEqualTo(1);
            assertThat(listener.counts().duplicates()).isEqualTo(1);
        }
    }

    private void standsStill(ServerProcess server) throws Exception {
        try (IdempotentListener listener = listener(settings("still"))) {
            listener.consume(Delivered.message("before"));
            server.freeze();
            ConsumeResult result = listener.consume(Delivered.message("still"));
            server.thaw();

            assertThat(result).isEqualTo(ConsumeResult.RETRY);
            assertThat(effectsOf("still")).isZero();
            await().atMost(DEADLINE)
                    .until(() -> listener.consume(Delivered.message("before")) == ConsumeResult.SUCCESS);
            assertThat(effectsOf("before")).isEqualTo(1);
        }
    }
}
