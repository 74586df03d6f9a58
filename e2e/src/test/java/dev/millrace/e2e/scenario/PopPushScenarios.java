package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** The push consumer of a 5.x client that takes messages because the broker says so. Owner: the scenario's thread. */
public final class PopPushScenarios {

    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private static DefaultMQPushConsumer consumer(Clients clients, String group, String topic) throws Exception {
        DefaultMQPushConsumer consumer = clients.pushConsumer(group);
        PopClient.letBrokerDecide(consumer);
        consumer.subscribe(topic, "*");
        return consumer;
    }

    private static void send(DefaultMQProducer producer, List<MessageQueue> queues, String stem, int count)
            throws Exception {
        for (int index = 0; index < count; index++) {
            Clients.sendTo(producer, queues.get(index % queues.size()), stem + "-" + index);
        }
    }

    public void consumesWhatItTakesAndSharesEveryQueue(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("poppush");
            String group = env.name("poppushG");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            PopClient admin = new PopClient(env, producer, group, topic);
            admin.createGroup(16);
            admin.setMode("POP", 0);
            Received first = new Received();
            Received second = new Received();
            DefaultMQPushConsumer one = consumer(clients, group, topic);
            DefaultMQPushConsumer two = consumer(clients, group, topic);
            first.listenConcurrently(one);
            second.listenConcurrently(two);
            one.start();
            two.start();

            send(producer, queues, "m", 200);

            Awaitility.await()
                    .atMost(WAIT_MAX)
                    .until(() -> first.bodies().size() + second.bodies().size() >= 200);
            List<MessageExt> all = new ArrayList<>(first.messages());
            all.addAll(second.messages());
            assertThat(all.stream().map(Clients::body)).containsExactlyInAnyOrderElementsOf(Clients.bodies("m", 200));
            assertThat(all).allMatch(message -> PopClient.receipt(message) != null);
        }
    }

    public void consumesAgainWhatFailed(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("popfail");
            String group = env.name("popfailG");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 1);
            PopClient admin = new PopClient(env, producer, group, topic);
            admin.createGroup(16);
            admin.setMode("POP", 0);
            Set<String> failed = ConcurrentHashMap.newKeySet();
            Received received = new Received();
            DefaultMQPushConsumer consumer = consumer(clients, group, topic);
            MessageListenerConcurrently listener = (batch, context) -> {
                received.addAll(batch);
                return failed.add(Clients.body(batch.getFirst()))
                        ? ConsumeConcurrentlyStatus.RECONSUME_LATER
                        : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            };
            consumer.registerMessageListener(listener);
            consumer.start();

            send(producer, queues, "m", 3);

            Awaitility.await().atMost(WAIT_MAX).until(() -> received.bodies().size() >= 6);
            assertThat(received.messages().subList(0, 3)).allMatch(each -> each.getReconsumeTimes() == 0);
            assertThat(received.messages().subList(3, 6))
                    .allMatch(each ->
                            each.getReconsumeTimes() == 1 && each.getTopic().equals(topic));
            assertThat(received.bodies().subList(3, 6)).containsExactlyInAnyOrder("m-0", "m-1", "m-2");
        }
    }

    public void changesFromTakingToPullingAndBack(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("popmode");
            String group = env.name("popmodeG");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            PopClient admin = new PopClient(env, producer, group, topic);
            admin.createGroup(16);
            admin.setMode("POP", 0);
            Received received = new Received();
            DefaultMQPushConsumer consumer = consumer(clients, group, topic);
            received.listenConcurrently(consumer);
            consumer.start();
            List<String> expected = new ArrayList<>();

            for (String mode : List.of("POP", "PULL", "POP")) {
                admin.setMode(mode, 0);
                awaitMode(producer, queues, received, mode.equals("POP"));
                String stem = "phase" + expected.size();
                send(producer, queues, stem, 20);
                expected.addAll(Clients.bodies(stem, 20));
                received.awaitAtLeast(expected);
            }
        }
    }

    /** Sends until a message came in the wanted way: clients ask the broker from time to time. */
    private static void awaitMode(
            DefaultMQProducer producer, List<MessageQueue> queues, Received received, boolean isPop) {
        String stem = "probe" + System.nanoTime();
        Awaitility.await().atMost(WAIT_MAX).pollInterval(Duration.ofMillis(500)).until(() -> {
            send(producer, queues, stem, 2);
            return received.messages().stream()
                    .anyMatch(
                            each -> Clients.body(each).startsWith(stem) && (PopClient.receipt(each) != null) == isPop);
        });
    }
}
