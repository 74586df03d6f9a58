package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.ServerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** Messages in flight over ends of the broker. Owner: the thread that runs it; it owns the servers too. */
public final class PopKillScenarios {

    private static final Duration WAIT_MAX = Duration.ofSeconds(90);

    /**
     * Half-finished takes survive a clean end and a kill: what was held is held, the rest comes again. RocketMQ's broker
     * writes down every five seconds how far groups are: after a kill it may also give what was acknowledged before.
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
                Set<String> again = new HashSet<>();
                Awaitility.await().atMost(WAIT_MAX).ignoreExceptions().until(() -> {
                    for (MessageExt message : pops.pop(PopClient.request().poll(1_000)).messages) {
                        assertThat(message.getReconsumeTimes()).isEqualTo(1);
                        again.add(Clients.body(message));
                        pops.ack(message);
                    }
                    return again.containsAll(rest);
                });
                if (!isKill || env.kind() != ServerKind.APACHE) {
                    assertThat(again).isEqualTo(rest);
                }
            }
        }
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

    /** Takes and acknowledgements under kills: each message comes, and none that was acknowledged comes again. */
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
                assertThat(twice).isEmpty();
            }
        }
    }

    /** Takes some and acknowledges two of three; a request that fails while the broker is away says nothing. */
    private static void takeSome(PopClient pops, Set<String> acknowledged, List<String> twice) {
        try {
            int index = 0;
            for (MessageExt message :
                    pops.pop(PopClient.request().invisible(2_000).poll(500).count(8)).messages) {
                if (acknowledged.contains(Clients.body(message))) {
                    twice.add(Clients.body(message));
                }
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
