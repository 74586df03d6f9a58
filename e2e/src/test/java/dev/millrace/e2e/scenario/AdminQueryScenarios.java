package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** What tools ask a broker about topics, groups and running clients, by each client. Owner: the thread that runs it. */
public final class AdminQueryScenarios {

    private static final long TIMEOUT_MS = 10_000;
    private static final Duration WAIT_MAX = Duration.ofSeconds(40);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(90);

    /** Ten messages in the first of two queues, four of them consumed. */
    private record Consumed(DefaultMQProducer producer, List<MessageQueue> queues, String topic, String group) {
        static Consumed open(Clients clients, Environment env, String stem) throws Exception {
            String topic = env.name(stem);
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            Clients.sendInOrder(producer, queues.getFirst(), "m", 10);
            Awaitility.await().atMost(WAIT_MAX).until(() -> producer.maxOffset(queues.getFirst()) == 10);
            DefaultMQPullConsumer consumer = clients.pullConsumer(env.name("G"));
            consumer.start();
            Clients.commit(consumer, queues.getFirst(), 4);
            return new Consumed(producer, queues, topic, env.name("G"));
        }
    }

    private static MQClientAPIImpl api(DefaultMQProducer producer) {
        return producer.getDefaultMQProducerImpl().getMqClientFactory().getMQClientAPIImpl();
    }

    private static Object offsetsOf(Object table, MessageQueue queue) throws Exception {
        Map<?, ?> offsets = (Map<?, ?>) ByName.call(table, "getOffsetTable");
        return Objects.requireNonNull(offsets.get(queue), queue::toString);
    }

    public void showsTheQueuesOfATopic(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            long before = System.currentTimeMillis();
            Consumed consumed = Consumed.open(clients, env, "stats");
            MessageQueue queue = consumed.queues.getFirst();

            Object stats = ByName.call(
                    api(consumed.producer),
                    "getTopicStatsInfo",
                    env.servers().brokerAddress(),
                    consumed.topic,
                    TIMEOUT_MS);

            assertThat(ByName.call(offsetsOf(stats, queue), "getMinOffset")).isEqualTo(0L);
            assertThat(ByName.call(offsetsOf(stats, queue), "getMaxOffset")).isEqualTo(10L);
            assertThat((Long) ByName.call(offsetsOf(stats, queue), "getLastUpdateTimestamp"))
                    .isBetween(before, System.currentTimeMillis());
            assertThat(ByName.call(offsetsOf(stats, consumed.queues.get(1)), "getMaxOffset"))
                    .isEqualTo(0L);
        }
    }

    public void showsHowFarAGroupIs(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Consumed consumed = Consumed.open(clients, env, "howfar");

            Object stats = ByName.call(
                    api(consumed.producer),
                    "getConsumeStats",
                    env.servers().brokerAddress(),
                    consumed.group,
                    consumed.topic,
                    TIMEOUT_MS);
            Object groups = ByName.call(
                    api(consumed.producer),
                    "queryTopicConsumeByWho",
                    env.servers().brokerAddress(),
                    consumed.topic,
                    TIMEOUT_MS);

            Object offsets = offsetsOf(stats, consumed.queues.getFirst());
            assertThat(ByName.call(offsets, "getBrokerOffset")).isEqualTo(10L);
            assertThat(ByName.call(offsets, "getConsumerOffset")).isEqualTo(4L);
            assertThat((Long) ByName.call(offsets, "getLastTimestamp")).isPositive();
            assertThat(((Collection<?>) ByName.call(groups, "getGroupList")).contains(consumed.group))
                    .isTrue();
        }
    }

    public void clonesTheOffsetsOfOneGroupToAnother(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Consumed consumed = Consumed.open(clients, env, "clone");

            api(consumed.producer)
                    .cloneGroupOffset(
                            env.servers().brokerAddress(),
                            consumed.group,
                            env.name("copy"),
                            consumed.topic,
                            true,
                            TIMEOUT_MS);

            DefaultMQPullConsumer copy = clients.pullConsumer(env.name("copy"));
            copy.start();
            assertThat(copy.fetchConsumeOffset(consumed.queues.getFirst(), true))
                    .isEqualTo(4);
        }
    }

    /** A producer, and a consumer that has taken three messages. */
    private record Running(
            DefaultMQProducer producer,
            DefaultMQPushConsumer consumer,
            Received received,
            MessageQueue queue,
            List<SendResult> sent) {
        static Running open(Clients clients, Environment env, String stem) throws Exception {
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue =
                    clients.createTopic(producer, env.name(stem), 1).getFirst();
            List<SendResult> sent = Clients.sendInOrder(producer, queue, "m", 3);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(queue.getTopic(), "*");
            received.listenConcurrently(consumer);
            consumer.start();
            Clients.awaitStored(consumer, List.of(queue), 3);
            return new Running(producer, consumer, received, queue, sent);
        }

        String clientId() {
            return consumer.getDefaultMQPushConsumerImpl().getmQClientFactory().getClientId();
        }
    }

    public void showsWhoIsConnected(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Running running = Running.open(clients, env, "connected");
            MQClientAPIImpl api = api(running.producer);
            String broker = env.servers().brokerAddress();

            Object consumers = ByName.call(api, "getConsumerConnectionList", broker, env.name("G"), TIMEOUT_MS);
            // A producer tells a broker about itself some time after it heard of the broker.
            Object producers = Awaitility.await()
                    .atMost(WAIT_MAX)
                    .ignoreExceptions()
                    .until(
                            () -> ByName.call(api, "getProducerConnectionList", broker, env.name("P"), TIMEOUT_MS),
                            found -> found != null);

            assertThat(onlyClient(consumers)).isEqualTo(running.clientId());
            assertThat(onlyClient(producers))
                    .isEqualTo(running.producer
                            .getDefaultMQProducerImpl()
                            .getMqClientFactory()
                            .getClientId());
            assertThat(((Map<?, ?>) ByName.call(consumers, "getSubscriptionTable"))
                            .containsKey(running.queue.getTopic()))
                    .isTrue();
            assertThat(ByName.call(consumers, "getConsumeType")).hasToString("CONSUME_PASSIVELY");
            assertThat(ByName.call(consumers, "getMessageModel")).hasToString("CLUSTERING");
            assertThat(ByName.call(consumers, "getConsumeFromWhere")).hasToString("CONSUME_FROM_FIRST_OFFSET");
        }
    }

    private static Object onlyClient(Object connections) throws Exception {
        Collection<?> all = (Collection<?>) ByName.call(connections, "getConnectionSet");
        assertThat(all).hasSize(1);
        return ByName.call(all.iterator().next(), "getClientId");
    }

    public void asksARunningConsumerAboutItself(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Running running = Running.open(clients, env, "running");
            MQClientAPIImpl api = api(running.producer);
            String broker = env.servers().brokerAddress();

            // A machine under load may need longer for the stacks of all threads than brokers and clients wait.
            Object info = Awaitility.await()
                    .atMost(ANSWER_MAX)
                    .ignoreExceptions()
                    .until(
                            () -> ByName.call(
                                    api,
                                    "getConsumerRunningInfo",
                                    broker,
                                    env.name("G"),
                                    running.clientId(),
                                    true,
                                    TIMEOUT_MS),
                            found -> found != null);
            Map<String, Map<MessageQueue, Long>> offsets = api.invokeBrokerToGetConsumerStatus(
                    broker, running.queue.getTopic(), env.name("G"), running.clientId(), TIMEOUT_MS);

            assertThat(((Map<?, ?>) ByName.call(info, "getMqTable")).containsKey(running.queue))
                    .isTrue();
            assertThat(((Map<?, ?>) ByName.call(info, "getProperties")).get("consumerGroup"))
                    .isEqualTo(env.name("G"));
            assertThat((String) ByName.call(info, "getJstack")).contains("ConsumeMessageThread");
            assertThat(offsets.get(running.clientId())).containsEntry(running.queue, 3L);
        }
    }

    public void letsAConsumerTakeOneMessageDirectly(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            Running running = Running.open(clients, env, "direct");
            MQClientAPIImpl api = api(running.producer);
            String broker = env.servers().brokerAddress();
            String id = running.sent.get(1).getOffsetMsgId();

            Object result = env.isClientOlderThan5()
                    ? ByName.call(
                            api, "consumeMessageDirectly", broker, env.name("G"), running.clientId(), id, TIMEOUT_MS)
                    : ByName.call(
                            api,
                            "consumeMessageDirectly",
                            broker,
                            env.name("G"),
                            running.clientId(),
                            running.queue.getTopic(),
                            id,
                            TIMEOUT_MS);

            assertThat(ByName.call(result, "getConsumeResult")).hasToString("CR_SUCCESS");
            running.received.awaitBodies(List.of("m-0", "m-1", "m-2", "m-1"));
        }
    }
}
