package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.NotPossible;
import dev.millrace.e2e.servers.ServerKind;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageExt;
import org.awaitility.Awaitility;

/** Messages with a delivery time, and their recall. Owner: the thread that runs it. */
public final class TimerScenarios {

    private static final int ILLEGAL_MESSAGE = 13;
    private static final int ILLEGAL_OPERATION = 604;
    /** RocketMQ's broker rounds a time down to a whole second, and takes one more from a whole one. */
    private static final long APACHE_EARLY_MS = 2_000;
    /** Ours is never early, but stamps what it stores with the time at which its log began to write. */
    private static final long STAMP_MS = 10;

    static Message timed(String topic, String body, String property, long value) {
        Message message = Clients.message(topic, body);
        MessageAccessor.putProperty(message, property, Long.toString(value));
        return message;
    }

    static long earlyMaxMs(Environment env) {
        return env.kind() == ServerKind.APACHE ? APACHE_EARLY_MS : STAMP_MS;
    }

    static Received receive(Clients clients, Environment env, String topic) throws Exception {
        Received received = new Received();
        DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
        consumer.subscribe(topic, "*");
        received.listenConcurrently(consumer);
        consumer.start();
        return received;
    }

    public void deliversAfterSecondsAfterMillisecondsAndAtATime(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("timer");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 2);
            Received received = receive(clients, env, topic);
            long start = System.currentTimeMillis();

            producer.send(timed(topic, "seconds", "TIMER_DELAY_SEC", 3));
            producer.send(timed(topic, "ms", "TIMER_DELAY_MS", 2_500));
            producer.send(timed(topic, "at", "TIMER_DELIVER_MS", start + 4_321));
            producer.send(timed(topic, "past", "TIMER_DELIVER_MS", start - 1_000));
            producer.send(Clients.message(topic, "plain"));

            received.awaitBodies(List.of("seconds", "ms", "at", "past", "plain"));
            long early = earlyMaxMs(env);
            assertThat(find(received, "seconds").getStoreTimestamp()).isGreaterThanOrEqualTo(start + 3_000 - early);
            assertThat(find(received, "ms").getStoreTimestamp()).isGreaterThanOrEqualTo(start + 2_500 - early);
            assertThat(find(received, "at").getStoreTimestamp()).isGreaterThanOrEqualTo(start + 4_321 - early);
            assertThat(find(received, "past").getProperties()).doesNotContainKey("TIMER_OUT_MS");
            assertThat(find(received, "at").getProperties())
                    .containsEntry("REAL_TOPIC", topic)
                    .containsKeys(
                            "REAL_QID", "TIMER_OUT_MS", "TIMER_ENQUEUE_MS", "TIMER_DEQUEUE_MS", "TIMER_DELIVER_MS")
                    .doesNotContainKey("TIMER_ROLL_TIMES");
        }
    }

    private static MessageExt find(Received received, String body) {
        return received.messages().stream()
                .filter(message -> Clients.body(message).equals(body))
                .findFirst()
                .orElseThrow();
    }

    public void refusesTimesThatNoBrokerTakes(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("timer-limit");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);
            long tooLate = System.currentTimeMillis() + Duration.ofDays(400).toMillis();

            assertRefused(catchThrowable(() -> producer.send(timed(topic, "x", "TIMER_DELIVER_MS", tooLate))));
            Message garbage = Clients.message(topic, "x");
            MessageAccessor.putProperty(garbage, "TIMER_DELAY_SEC", "soon");
            assertRefused(catchThrowable(() -> producer.send(garbage)));
        }
    }

    private static void assertRefused(Throwable failure) {
        assertThat(failure)
                .isInstanceOfSatisfying(
                        MQBrokerException.class,
                        refused -> assertThat(refused.getResponseCode()).isEqualTo(ILLEGAL_MESSAGE));
    }

    public void recallsAMessageThatIsHeldBack(Environment env) throws Exception {
        if (env.isClientOlderThan5()) {
            throw new NotPossible("clients before 5 have no recall");
        }
        try (Clients clients = new Clients(env)) {
            String topic = env.name("recall");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);
            Received received = receive(clients, env, topic);

            SendResult recalled = producer.send(timed(topic, "recalled", "TIMER_DELAY_SEC", 6));
            SendResult kept = producer.send(timed(topic, "kept", "TIMER_DELAY_SEC", 6));
            String id = recall(producer, topic, handle(recalled));

            assertThat(id).isEqualTo(recalled.getMsgId());
            received.awaitBodies(List.of("kept"));
            // The other one was due at the same time.
            Awaitility.await()
                    .during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> received.bodies().equals(List.of("kept")));
            assertThatThrownBy(() -> recall(producer, topic, handle(kept)))
                    .isInstanceOfSatisfying(
                            MQBrokerException.class,
                            refused -> assertThat(refused.getResponseCode()).isEqualTo(ILLEGAL_OPERATION));
        }
    }

    static String handle(SendResult result) throws Exception {
        return (String) SendResult.class.getMethod("getRecallHandle").invoke(result);
    }

    static String recall(DefaultMQProducer producer, String topic, String handle) throws Exception {
        try {
            return (String) DefaultMQProducer.class
                    .getMethod("recallMessage", String.class, String.class)
                    .invoke(producer, topic, handle);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
