package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.awaitility.Awaitility;

/** Sends that are repeated to a topic with a window, while answers are lost and the broker is killed. */
public final class RepeatedSendScenarios {
    /** The topic, made before with a window on. */
    public static final String TOPIC = "repeated";

    /** Messages that are sent. */
    public static final int COUNT = 600;

    private static final int THREADS = 16;
    private static final int REPEATS = 3;
    private static final int ATTEMPTS_MAX = 4_000;
    private static final int SEND_TIMEOUT_MS = 400;
    private static final int PAUSE_MS = 25;
    private static final int MINUTES_MAX = 4;

    /** Sends each message until it is acknowledged and three times at least; kills the broker half-way. */
    public void sendsEachAgainAndAgain(Environment env) throws Exception {
        AtomicInteger acknowledged = new AtomicInteger();
        CountDownLatch never = new CountDownLatch(1);
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.newProducer();
            producer.setSendMsgTimeout(SEND_TIMEOUT_MS);
            producer.setRetryTimesWhenSendFailed(2);
            producer.start();
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            for (int i = 0; i < COUNT; i++) {
                Message message = Clients.message(TOPIC, "m-" + i);
                threads.execute(() -> send(producer, message, acknowledged, never));
            }
            Awaitility.await().atMost(Duration.ofMinutes(MINUTES_MAX)).until(() -> acknowledged.get() > COUNT / 2);
            env.servers().killBroker();
            env.servers().restartBroker();
            threads.shutdown();
            assertThat(threads.awaitTermination(MINUTES_MAX, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(acknowledged).hasValue(COUNT);
    }

    private static void send(
            DefaultMQProducer producer, Message message, AtomicInteger acknowledged, CountDownLatch never) {
        boolean isStored = false;
        try {
            for (int attempt = 0; attempt < ATTEMPTS_MAX && (!isStored || attempt < REPEATS); attempt++) {
                boolean isAnswered = isAcknowledged(producer, message);
                if (isAnswered && !isStored) {
                    acknowledged.incrementAndGet();
                }
                isStored |= isAnswered;
                if (!isAnswered && never.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isAcknowledged(DefaultMQProducer producer, Message message) throws InterruptedException {
        try {
            return producer.send(message).getSendStatus() == SendStatus.SEND_OK;
        } catch (MQClientException | MQBrokerException | RemotingException e) {
            // Lost, late or refused: the message goes out again under the same id.
            return false;
        }
    }
}
