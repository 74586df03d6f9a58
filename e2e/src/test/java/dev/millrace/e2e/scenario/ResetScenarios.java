package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.e2e.client.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** Groups that an administrator moves. Owner: the thread that runs a scenario. */
public final class ResetScenarios {

    private static final int TIMEOUT_MS = 10_000;

    public void repeatsWhatARunningGroupHadConsumed(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("rewind");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            Clients.sendInOrder(producer, queues.getFirst(), "a", 5);
            Clients.sendInOrder(producer, queues.get(1), "b", 5);
            List<String> all = new ArrayList<>(Clients.bodies("a", 5));
            all.addAll(Clients.bodies("b", 5));
            Received received = new Received();
            DefaultMQPushConsumer consumer = start(clients, env, topic, received);
            received.awaitBodies(all);
            Clients.awaitStored(consumer, queues, 5);

            Map<MessageQueue, Long> moved = reset(producer, env, topic, 0);

            assertThat(moved).containsOnlyKeys(queues).containsValue(0L);
            List<String> twice = new ArrayList<>(all);
            twice.addAll(all);
            received.awaitBodies(twice);
            Clients.awaitStored(consumer, queues, 5);
        }
    }

    public void skipsWhatAGroupHasNotConsumed(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("skip");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 1);
            MessageQueue queue = queues.getFirst();
            DefaultMQPushConsumer before = start(clients, env, topic, new Received());
            Clients.sendTo(producer, queue, "first");
            Clients.awaitStored(before, queues, 1);
            before.shutdown();
            Clients.sendInOrder(producer, queue, "old", 5);
            Awaitility.await().until(() -> producer.maxOffset(queue) == 6);

            Map<MessageQueue, Long> moved = reset(producer, env, topic, -1);
            Received received = new Received();
            start(clients, env, topic, received);
            Clients.sendInOrder(producer, queue, "new", 3);

            assertThat(moved).containsEntry(queue, 6L);
            received.awaitBodies(Clients.bodies("new", 3));
        }
    }

    public void refusesToMoveWhatDoesNotExist(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("movewhat");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);

            assertThatThrownBy(() -> reset(producer, env, topic, 0))
                    .isInstanceOfSatisfying(MQClientException.class, refused -> {
                        assertThat(refused.getResponseCode()).isEqualTo(26);
                        assertThat(refused.getErrorMessage()).contains(env.name("G"));
                    });
            assertThatThrownBy(() -> reset(producer, env, env.name("nosuch"), 0))
                    .isInstanceOfSatisfying(
                            MQClientException.class,
                            refused -> assertThat(refused.getResponseCode()).isEqualTo(17));
        }
    }

    private static DefaultMQPushConsumer start(Clients clients, Environment env, String topic, Received received)
            throws Exception {
        DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
        consumer.subscribe(topic, "*");
        received.listenConcurrently(consumer);
        consumer.start();
        return consumer;
    }

    private static Map<MessageQueue, Long> reset(DefaultMQProducer producer, Environment env, String topic, long time)
            throws Exception {
        MQClientAPIImpl api =
                producer.getDefaultMQProducerImpl().getMqClientFactory().getMQClientAPIImpl();
        return api.invokeBrokerToResetOffset(
                env.servers().brokerAddress(), topic, env.name("G"), time, true, TIMEOUT_MS);
    }
}
