package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.ServerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** Messages in flight over ends of the broker. Owner: the thread that runs it; it owns the servers too. */
public final class PopKillScenarios {

    private static final Duration WAIT_MAX = Duration.ofSeconds(90);
    private static final long AGAIN_INVISIBLE_MS = 10_000;
    private static final long LOSS_INVISIBLE_MS = 2_000;

    /** Brokers deliver again up to 3 s late. */
    private static final long LATE_MS = 5_000;

    /**
     * Half-finished takes survive a clean end and a kill: what was held is held, the rest comes again, each once and as a
     * second attempt. RocketMQ's broker writes down every five seconds how far groups are: after a kill it may also give
     * what was acknowledged before, and its counts of attempts are not looked at.
     */
    public void keepsWhatIsInFlight(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("popkeep");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 1);
            PopClient pops = new PopClient(env, producer, env.name("popkeepG"), topic);
            for (boolean isKill : List.of(false, true)) {
                String stem = "kill-" + isKill;
                Clients.sendInOrder(producer, queues.getFirst(), stem, 6);
                List<MessageExt> taken = pops.popAll(PopClient.request().invisible(30_000), 6);
                assertThat(taken).hasSize(6);
                assertThat(pops.ack(taken.get(0))).isEqualTo("OK");
                assertThat(pops.hide(taken.get(1), 1_000)).isNotNull();

                if (isKill) {
                    env.servers().killBroker();
                } else {
                    env.servers().stopBroker();
                }
                env.servers().restartBroker();

                awaitServing(new PopClient(env, producer, env.name("popkeepProbe"), topic));
                assertThat(retried(() -> pops.ack(taken.get(2)))).isEqualTo("OK");
                Set<String> rest = Set.of(stem + "-1", stem + "-3", stem + "-4", stem + "-5");
                List<MessageExt> again = takeUntil(pops, WAIT_MAX.toMillis(), came -> came.containsAll(rest));
                // Behind the time of all that was acknowledged, before the end and after it: none of it comes again.
                again.addAll(takeUntil(pops, AGAIN_INVISIBLE_MS + LATE_MS, came -> false));
                if (isKill && env.kind() == ServerKind.APACHE) {
                    assertThat(bodies(again)).containsAll(rest).isSubsetOf(Clients.bodies(stem, 6));
                } else {
                    assertThat(bodies(again)).containsExactlyInAnyOrderElementsOf(rest);
                    assertThat(again).extracting(MessageExt::getReconsumeTimes).containsOnly(1);
                }
            }
        }
    }

    /** Takes and acknowledges until {@code isEnough} of the bodies that came, at most {@code maxMs}. */
    private static List<MessageExt> takeUntil(PopClient pops, long maxMs, Predicate<List<String>> isEnough)
            throws Exception {
        List<MessageExt> came = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofMillis(maxMs).toNanos();
        while (!isEnough.test(bodies(came)) && System.nanoTime() < end) {
            for (MessageExt message :
                    pops.pop(PopClient.request().invisible(AGAIN_INVISIBLE_MS).poll(1_000)).messages) {
                came.add(message);
                assertThat(pops.ack(message)).isEqualTo("OK");
            }
        }
        return came;
    }

    private static List<String> bodies(List<MessageExt> messages) {
        return messages.stream().map(Clients::body).toList();
    }

    /** Asks for another group: what this one has in flight must not be taken by the question. */
    private static void awaitServing(PopClient probe) {
        Awaitility.await()
                .atMost(WAIT_MAX)
                .ignoreExceptions()
                .until(() ->
                        probe.pop(PopClient.request().poll(100).count(1).filter("TAG", "nobody-has-this")) != null);
    }

    private interface Step {
        String run() throws Exception;
    }

    private static String retried(Step step) {
        List<String> results = new ArrayList<>();
        Awaitility.await().atMost(WAIT_MAX).ignoreExceptions().until(() -> results.add(step.run()));
        return results.getLast();
    }

    /**
     * Takes and acknowledgements under kills: each message comes, and none that was acknowledged comes again; from
     * RocketMQ's broker it may, after a kill.
     */
    public void losesNothingOverKills(Environment env) throws Exception {
        int count = env.kind() == ServerKind.APACHE ? 60 : 600;
        int kills = env.kind() == ServerKind.APACHE ? 1 : 6;
        try (Clients clients = new Clients(env)) {
            String topic = env.name("poploss");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 4);
            PopClient pops = new PopClient(env, producer, env.name("poplossG"), topic);
            for (int index = 0; index < count; index++) {
                Clients.sendTo(producer, queues.get(index % queues.size()), "m-" + index);
            }
            Set<String> acknowledged = new HashSet<>();
            List<String> twice = new ArrayList<>();
            int killsDone = 0;
            long end = System.nanoTime() + WAIT_MAX.toNanos() * 2;
            while (acknowledged.size() < count && System.nanoTime() < end) {
                if (killsDone < kills && acknowledged.size() >= (killsDone + 1) * count / (kills + 1)) {
                    env.servers().killBroker();
                    env.servers().restartBroker();
                    killsDone++;
                }
                takeSome(pops, acknowledged, twice);
            }
            assertThat(killsDone).isEqualTo(kills);
            assertThat(acknowledged).hasSize(count);
            if (env.kind() != ServerKind.APACHE) {
                twice.addAll(bodies(takeUntil(pops, LOSS_INVISIBLE_MS + LATE_MS, came -> false)));
                assertThat(twice).isEmpty();
            }
        }
    }

    /** Takes some and acknowledges two of three; a request that fails while the broker is away says nothing. */
    private static void takeSome(PopClient pops, Set<String> acknowledged, List<String> twice) {
        try {
            List<MessageExt> taken = pops.pop(PopClient.request()
                            .invisible(LOSS_INVISIBLE_MS)
                            .poll(500)
                            .count(8))
                    .messages;
            bodies(taken).stream().filter(acknowledged::contains).forEach(twice::add);
            int index = 0;
            for (MessageExt message : taken) {
                if (index++ % 3 != 2 && pops.ack(message).equals("OK")) {
                    acknowledged.add(Clients.body(message));
                }
            }
        } catch (Exception e) {
            // The broker is away.
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
