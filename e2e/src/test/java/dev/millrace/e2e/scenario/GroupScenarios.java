package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.RPCHook;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.awaitility.Awaitility;

/** What several consumers of one group see. Owner: the thread that runs a scenario. */
public final class GroupScenarios {

    public void sharesTheQueuesAmongTwoConsumers(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("share");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 4);
            Received firstReceived = new Received();
            Received secondReceived = new Received();
            DefaultMQPushConsumer first = consumer(clients, env, topic);
            firstReceived.listenConcurrently(first);
            first.start();
            awaitQueues(first, topic, 4);
            DefaultMQPushConsumer second = consumer(clients, env, topic);
            secondReceived.listenConcurrently(second);

            second.start();

            awaitQueues(first, topic, 2);
            awaitQueues(second, topic, 2);
            send(producer, queues, "m", 40);
            Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> {
                Set<String> all = new HashSet<>(firstReceived.distinctBodies());
                all.addAll(secondReceived.distinctBodies());
                return all.containsAll(Clients.bodies("m", 40));
            });
            assertThat(queueIds(firstReceived)).hasSize(2).doesNotContainAnyElementsOf(queueIds(secondReceived));
            assertThat(queueIds(secondReceived)).hasSize(2);
            assertThat(firstReceived.bodies()).hasSize(20);
            assertThat(secondReceived.bodies()).hasSize(20);
        }
    }

    public void takesOverTheQueuesOfOneThatLeaves(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("leave");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 4);
            Received received = new Received();
            NoticeCount notices = new NoticeCount();
            DefaultMQPushConsumer stays = clients.pushConsumer(env.name("G"), notices);
            stays.subscribe(topic, "*");
            DefaultMQPushConsumer leaves = consumer(clients, env, topic);
            received.listenConcurrently(stays);
            received.listenConcurrently(leaves);
            stays.start();
            leaves.start();
            awaitQueues(stays, topic, 2);
            awaitQueues(leaves, topic, 2);
            send(producer, queues, "before", 20);
            received.awaitAtLeast(Clients.bodies("before", 20));

            int before = notices.count();
            assertThat(before).isPositive();
            leaves.shutdown();

            Awaitility.await().until(() -> notices.count() > before);
            awaitQueues(stays, topic, 4);
            send(producer, queues, "after", 20);
            received.awaitAtLeast(Clients.bodies("after", 20));
        }
    }

    public void locksEachQueueForOneOrderlyConsumer(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("locks");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 4);
            Received firstReceived = new Received();
            Received secondReceived = new Received();
            DefaultMQPushConsumer first = consumer(clients, env, topic);
            DefaultMQPushConsumer second = consumer(clients, env, topic);
            firstReceived.listenOrderly(first);
            secondReceived.listenOrderly(second);
            first.start();
            awaitQueues(first, topic, 4);
            send(producer, queues, "early", 20);
            firstReceived.awaitBodies(Clients.bodies("early", 20));

            second.start();

            awaitQueues(first, topic, 2);
            awaitQueues(second, topic, 2);
            send(producer, queues, "late", 40);
            Awaitility.await().atMost(Duration.ofSeconds(50)).until(() -> {
                Set<String> all = new HashSet<>(firstReceived.distinctBodies());
                all.addAll(secondReceived.distinctBodies());
                return all.containsAll(Clients.bodies("late", 40));
            });
            assertInOrder(firstReceived);
            assertInOrder(secondReceived);
            assertThat(queueIds(secondReceived)).hasSize(2);
        }
    }

    public void givesEachBroadcastConsumerEverything(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("broadcast");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            send(producer, queues, "m", 10);
            Received firstReceived = new Received();
            Received secondReceived = new Received();
            DefaultMQPushConsumer first = consumer(clients, env, topic);
            DefaultMQPushConsumer second = consumer(clients, env, topic);
            setBroadcasting(first);
            setBroadcasting(second);
            firstReceived.listenConcurrently(first);
            secondReceived.listenConcurrently(second);

            first.start();
            second.start();

            firstReceived.awaitBodies(Clients.bodies("m", 10));
            secondReceived.awaitBodies(Clients.bodies("m", 10));
        }
    }

    public void letsABroadcastConsumerGoOnWhereItStopped(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("broadcaston");
            String instance = env.unique() + System.nanoTime();
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            Received firstReceived = new Received();
            Received secondReceived = new Received();
            send(producer, queues, "before", 10);
            DefaultMQPushConsumer first = consumer(clients, env, topic);
            DefaultMQPushConsumer second = consumer(clients, env, topic);
            for (DefaultMQPushConsumer consumer : List.of(first, second)) {
                setBroadcasting(consumer);
                consumer.setInstanceName(instance);
            }
            firstReceived.listenConcurrently(first);
            secondReceived.listenConcurrently(second);
            first.start();
            firstReceived.awaitBodies(Clients.bodies("before", 10));
            Clients.awaitConsumed(first, queues, 5);
            first.shutdown();
            send(producer, queues, "after", 10);

            second.start();

            secondReceived.awaitBodies(Clients.bodies("after", 10));
            assertThat(firstReceived.bodies()).hasSize(10);
        }
    }

    public void keepsTwoGroupsApart(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("groups");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            Received firstReceived = new Received();
            Received secondReceived = new Received();
            DefaultMQPushConsumer first = clients.pushConsumer(env.name("G1"));
            DefaultMQPushConsumer second = clients.pushConsumer(env.name("G2"));
            first.subscribe(topic, "*");
            second.subscribe(topic, "*");
            firstReceived.listenConcurrently(first);
            secondReceived.listenConcurrently(second);
            first.start();
            second.start();

            send(producer, queues, "m", 10);

            firstReceived.awaitBodies(Clients.bodies("m", 10));
            secondReceived.awaitBodies(Clients.bodies("m", 10));
        }
    }

    private static DefaultMQPushConsumer consumer(Clients clients, Environment env, String topic) throws Exception {
        DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
        consumer.subscribe(topic, "*");
        return consumer;
    }

    private static void send(DefaultMQProducer producer, List<MessageQueue> queues, String stem, int count)
            throws Exception {
        for (int index = 0; index < count; index++) {
            Clients.sendTo(producer, queues.get(index % queues.size()), stem + "-" + index);
        }
    }

    /** The model's enum moved to another package in version 5, so its setter is found by name. */
    private static void setBroadcasting(DefaultMQPushConsumer consumer) throws ReflectiveOperationException {
        Class<?> model = consumer.getClass().getMethod("getMessageModel").getReturnType();
        Object broadcasting = model.getField("BROADCASTING").get(null);
        consumer.getClass().getMethod("setMessageModel", model).invoke(consumer, broadcasting);
    }

    private static void awaitQueues(DefaultMQPushConsumer consumer, String topic, int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .until(() ->
                        consumer
                                        .getDefaultMQPushConsumerImpl()
                                        .getRebalanceImpl()
                                        .getProcessQueueTable()
                                        .keySet()
                                        .stream()
                                        .filter(queue -> queue.getTopic().equals(topic))
                                        .count()
                                == count);
    }

    private static Set<Integer> queueIds(Received received) {
        return received.messages().stream().map(MessageExt::getQueueId).collect(Collectors.toSet());
    }

    private static void assertInOrder(Received received) {
        Map<Integer, List<Long>> offsets = received.messages().stream()
                .collect(Collectors.groupingBy(
                        MessageExt::getQueueId,
                        Collectors.mapping(MessageExt::getQueueOffset, Collectors.toCollection(ArrayList::new))));
        assertThat(offsets.values()).allSatisfy(list -> assertThat(list).isSorted());
    }

    /** Counts the broker's notices (40) that the members of the group changed. Thread-safe. */
    private static final class NoticeCount implements RPCHook {

        private static final int NOTIFY_CONSUMER_IDS_CHANGED = 40;
        private final AtomicInteger count = new AtomicInteger();

        int count() {
            return count.get();
        }

        @Override
        public void doBeforeRequest(String address, RemotingCommand request) {
            if (request.getCode() == NOTIFY_CONSUMER_IDS_CHANGED) {
                count.incrementAndGet();
            }
        }

        @Override
        public void doAfterResponse(String address, RemotingCommand request, RemotingCommand response) {
            // Only requests count.
        }
    }
}
