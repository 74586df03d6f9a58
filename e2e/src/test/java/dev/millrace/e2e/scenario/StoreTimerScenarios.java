package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.awaitility.Awaitility;

/**
 * A store with messages that are held back, by delay level and by delivery time, is taken over by another broker. Owner:
 * the thread that runs it.
 */
public final class StoreTimerScenarios {
    private static final String TOPIC = "timer-move";
    private static final int COUNT = 10;
    private static final int SOON_MS = 5_000;
    private static final int LATER_MS = 30_000;

    /** Delay levels of 1, 5 and 30 seconds. */
    private static final Map<Integer, Integer> LEVELS_MS = Map.of(1, 1_000, 2, 5_000, 4, 30_000);

    /** RocketMQ's broker, which wrote the times, rounds them down to a whole second, and takes one more. */
    private static final long EARLY_MS = 2_000;

    /** The property in which a message remembers when it is due. */
    private static final String DUE = "E2E_DUE";

    /** The first broker delivers two and recalls one; some are due while nobody serves, others later. */
    public void holdsSomeBack(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, TOPIC, 1);
            Received received = TimerScenarios.receive(clients, env, TOPIC);
            sendAtLevel(producer, 1, 1);
            sendAt(producer, 1, 2_000);
            received.awaitAtLeast(List.of("level-1-0", "time-2000-0"));

            SendResult sent = producer.send(TimerScenarios.timed(TOPIC, "recalled", "TIMER_DELAY_MS", LATER_MS));
            TimerScenarios.recall(producer, TOPIC, TimerScenarios.handle(sent));
            sendAtLevel(producer, COUNT, 2);
            sendAtLevel(producer, COUNT, 4);
            sendAt(producer, COUNT, SOON_MS);
            sendAt(producer, COUNT, LATER_MS);
        }
    }

    private static void sendAtLevel(DefaultMQProducer producer, int count, int level) throws Exception {
        for (String body : Clients.bodies("level-" + level, count)) {
            Message message = Clients.message(TOPIC, body);
            message.setDelayTimeLevel(level);
            message.putUserProperty(DUE, Long.toString(System.currentTimeMillis() + LEVELS_MS.getOrDefault(level, 0)));
            producer.send(message);
        }
    }

    private static void sendAt(DefaultMQProducer producer, int count, int delayMs) throws Exception {
        for (String body : Clients.bodies("time-" + delayMs, count)) {
            long due = System.currentTimeMillis() + delayMs;
            Message message = TimerScenarios.timed(TOPIC, body, "TIMER_DELIVER_MS", due);
            message.putUserProperty(DUE, Long.toString(due));
            producer.send(message);
        }
    }

    /** The second broker delivers the rest, each once and when it is due, and what was settled not again. */
    public void deliversTheRest(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Received received = TimerScenarios.receive(clients, env, TOPIC);
            List<String> all = new ArrayList<>(Clients.bodies("level-2", COUNT));
            all.addAll(Clients.bodies("level-4", COUNT));
            all.addAll(Clients.bodies("time-" + SOON_MS, COUNT));
            all.addAll(Clients.bodies("time-" + LATER_MS, COUNT));
            all.addAll(List.of("level-1-0", "time-2000-0"));

            received.awaitAtLeast(all);

            Awaitility.await()
                    .during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> received.bodies().size() == all.size());
            assertThat(received.bodies()).containsExactlyInAnyOrderElementsOf(all);
            assertThat(received.messages()).allSatisfy(StoreTimerScenarios::assertNotEarly);
        }
    }

    private static void assertNotEarly(MessageExt message) {
        long due = Long.parseLong(message.getUserProperty(DUE));
        assertThat(message.getStoreTimestamp()).isGreaterThanOrEqualTo(due - EARLY_MS);
    }
}
