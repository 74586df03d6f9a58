package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.ServerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;

/** Messages with a delivery time while brokers are killed. Each scenario has servers of its own. */
public final class TimerKillScenarios {

    private static final int KILLED_COUNT = 2_000;
    private static final String DUE = "E2E_DUE";

    /** A message that is due at this time and remembers it. */
    private static Message dueAt(String topic, String body, long dueMs) {
        Message message = TimerScenarios.timed(topic, body, "TIMER_DELIVER_MS", dueMs);
        message.putUserProperty(DUE, Long.toString(dueMs));
        return message;
    }

    /** Kills the broker while some are delivered and others are not. */
    public void deliversEachOnceThoughTheBrokerIsKilled(Environment env) throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        try (Clients clients = new Clients(env)) {
            String topic = env.name("timer-kill");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 4);
            Received received = TimerScenarios.receive(clients, env, topic);
            List<String> sent = new ArrayList<>();
            long start = System.currentTimeMillis();
            for (int i = 0; i < KILLED_COUNT; i++) {
                String body = "t-" + i;
                producer.send(dueAt(topic, body, start + 4_000 + random.nextInt(14_000)));
                sent.add(body);
            }

            received.await(messages -> messages.size() > KILLED_COUNT / 4);
            env.servers().killBroker();
            env.servers().restartBroker();
            received.await(messages -> messages.size() > KILLED_COUNT / 2);
            env.servers().killBroker();
            env.servers().restartBroker();

            received.awaitAtLeast(sent);
            long early = TimerScenarios.earlyMaxMs(env);
            assertThat(received.messages())
                    .allSatisfy(message -> assertThat(message.getStoreTimestamp())
                            .isGreaterThanOrEqualTo(Long.parseLong(message.getUserProperty(DUE)) - early));
            if (env.kind() == ServerKind.MILLRACE) {
                // A consumer may get a message twice, but the broker stores it once.
                assertThat(received.messages().stream()
                                .map(m -> m.getQueueId() + "@" + m.getQueueOffset())
                                .distinct())
                        .hasSize(KILLED_COUNT);
            }
        }
    }
}
