package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.e2e.client.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** What clients notice of lost NameServers. The servers have three and are the scenario's own. */
public final class NamesrvScenarios {

    public void goesOnWhileNameServersAreAway(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("names");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            List<String> expected = new ArrayList<>();
            Received received = new Received();
            startConsumer(clients, env.name("G"), topic, received);
            sendAndAwait(producer, queue, "all", received, expected);

            env.servers().killNamesrv(0);
            sendAndAwait(producer, queue, "two left", received, expected);
            Received lateReceived = new Received();
            startConsumer(clients, env.name("Late"), topic, lateReceived);
            lateReceived.awaitBodies(expected);

            env.servers().killNamesrv(1);
            env.servers().killNamesrv(2);
            sendAndAwait(producer, queue, "none left", received, expected);
            DefaultMQProducer stranger = clients.producer();
            assertThatThrownBy(() -> stranger.send(Clients.message(topic, "lost"), 2_000))
                    .isInstanceOf(Exception.class);

            env.servers().restartNamesrv(1);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> stranger.fetchPublishMessageQueues(topic).size() == 1);
            sendAndAwait(stranger, queue, "one is back", received, expected);
            Received newReceived = new Received();
            startConsumer(clients, env.name("New"), topic, newReceived);
            newReceived.awaitBodies(expected);
        }
    }

    /** A push consumer refuses to start when the NameServer it picked is away; a restarted one picks another. */
    private static void startConsumer(Clients clients, String group, String topic, Received received) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> {
            DefaultMQPushConsumer consumer = clients.pushConsumer(group);
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();
            return true;
        });
    }

    private static void sendAndAwait(
            DefaultMQProducer producer, MessageQueue queue, String stem, Received received, List<String> expected)
            throws Exception {
        Clients.sendInOrder(producer, queue, stem, 10);
        expected.addAll(Clients.bodies(stem, 10));
        received.awaitBodies(expected);
    }
}
