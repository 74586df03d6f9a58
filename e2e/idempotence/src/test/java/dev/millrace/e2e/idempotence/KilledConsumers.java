package dev.millrace.e2e.idempotence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.idempotence.Effects.Effect;
import dev.millrace.e2e.idempotence.Effects.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** One show: sends in bursts, and kills a consumer at a random moment of each. Owner: one test. */
final class KilledConsumers implements AutoCloseable {
    private static final int PROCESSES = 3;
    private static final int BURSTS = 20;
    private static final int BURST = 100;
    private static final int QUEUES = 8;
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    private final LocalBroker servers;
    private final StoreServer kind;
    private final int port;
    private final Mode mode;
    private final Random random;
    private final Path logs;
    private final String topic;
    private final MillraceClient client;
    private final Effects effects;
    private final Map<String, Process> running = new LinkedHashMap<>();
    private final Set<String> killed = new HashSet<>();
    private int names;

    KilledConsumers(LocalBroker servers, StoreServer kind, int port, Mode mode, long seed, Path logs) {
        this.servers = servers;
        this.kind = kind;
        this.port = port;
        this.mode = mode;
        this.random = new Random(seed);
        this.logs = logs;
        this.topic = "killed-" + mode;
        this.client = MillraceClient.builder().namesrv(servers.namesrvAddress()).build();
        this.effects = Effects.of(kind, port);
    }

    void run() throws Exception {
        effects.prepare(mode);
        Admin admin = Admin.of(client);
        await().atMost(DEADLINE).ignoreExceptions().untilAsserted(() -> admin.createTopic(TopicSpec.of(topic, QUEUES)));
        for (int i = 0; i < PROCESSES; i++) {
            start();
        }
        try (Producer producer = client.producer().build()) {
            for (int burst = 0; burst < BURSTS; burst++) {
                for (int i = 0; i < BURST; i++) {
                    producer.send(Message.of(topic, text(burst * BURST + i).getBytes(UTF_8)));
                }
                killWithin(burst);
            }
        }
        int count = BURSTS * BURST;
        await().atMost(DEADLINE).untilAsserted(() -> assertThat(messages()).hasSize(count));
        await().atMost(DEADLINE)
                .until(() -> admin.groupProgress(ConsumerMain.group(topic)).lag() == 0);
        stopAll();
        check(count);
    }

    private static String text(int number) {
        return "m" + number;
    }

    private Set<String> messages() throws Exception {
        Set<String> seen = new HashSet<>();
        effects.happened(mode).forEach(effect -> seen.add(effect.message()));
        return seen;
    }

    private void start() throws Exception {
        String name = "p" + names++;
        List<String> arguments = List.of(
                servers.namesrvAddress(),
                topic,
                kind.name(),
                Integer.toString(port),
                mode.name(),
                name,
                logs.resolve(name + ".deliveries").toString());
        running.put(name, ConsumerMain.start(logs.resolve(name + ".txt"), arguments));
    }

    /** At a random moment of a burst kills one of those that are at work, and starts another in its place. */
    private void killWithin(int burst) throws Exception {
        int reached = burst * BURST + 1 + random.nextInt(BURST - 1);
        List<String> atWork = new ArrayList<>();
        await().atMost(DEADLINE)
                .pollInterval(LOOK_EVERY)
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    List<Effect> happened = effects.happened(mode);
                    Set<String> seen = new HashSet<>();
                    happened.forEach(effect -> seen.add(effect.process()));
                    atWork.clear();
                    running.keySet().stream().filter(seen::contains).forEach(atWork::add);
                    return happened.size() >= reached && !atWork.isEmpty();
                });
        String victim = atWork.get(random.nextInt(atWork.size()));
        Process process = running.remove(victim);
        process.destroyForcibly().waitFor();
        killed.add(victim);
        start();
    }

    private void stopAll() throws Exception {
        for (Process process : running.values()) {
            process.destroy();
        }
        for (Map.Entry<String, Process> each : running.entrySet()) {
            assertThat(each.getValue().waitFor(30, TimeUnit.SECONDS))
                    .as(each.getKey())
                    .isTrue();
        }
        running.clear();
    }

    private void check(int count) throws Exception {
        List<String> sent =
                IntStream.range(0, count).mapToObj(KilledConsumers::text).toList();
        List<Effect> happened = effects.happened(mode);
        long delivered = delivered();
        System.out.println("killed consumers, " + kind + ", " + mode + ": " + killed.size() + " kills, " + delivered
                + " deliveries and " + happened.size() + " effects of " + count + " messages");
        assertThat(killed).hasSize(BURSTS);
        assertThat(delivered).as("deliveries, of which some must be repeated").isGreaterThan(count);
        if (mode == Mode.TOGETHER) {
            assertThat(happened).extracting(Effect::message).containsExactlyInAnyOrderElementsOf(sent);
            if (effects instanceof RedisEffects redis) {
                assertThat(sent)
                        .allSatisfy(message -> assertThat(redis.count(message)).isEqualTo("1"));
            }
        } else {
            assertThat(messages()).containsExactlyInAnyOrderElementsOf(sent);
            onlyKillsRepeat(happened);
        }
    }

    /** Whoever had an effect before another had it was killed, each with no more messages than it has threads. */
    private void onlyKillsRepeat(List<Effect> happened) {
        Map<String, String> last = new HashMap<>();
        Map<String, Integer> unmarked = new HashMap<>();
        for (Effect effect : happened) {
            String before = last.put(effect.message(), effect.process());
            if (before != null) {
                unmarked.merge(before, 1, Integer::sum);
            }
        }
        System.out.println("effects without a mark: " + unmarked);
        assertThat(killed).containsAll(unmarked.keySet());
        assertThat(unmarked.values()).allSatisfy(each -> assertThat(each).isLessThanOrEqualTo(ConsumerMain.THREADS));
    }

    private long delivered() throws Exception {
        long count = 0;
        for (int i = 0; i < names; i++) {
            Path file = logs.resolve("p" + i + ".deliveries");
            if (Files.exists(file)) {
                count += Files.readAllLines(file).size();
            }
        }
        return count;
    }

    @Override
    public void close() {
        running.values().forEach(Process::destroyForcibly);
        effects.close();
        client.close();
    }
}
