package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.e2e.client.Environment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragely;
import org.apache.rocketmq.client.consumer.store.OffsetStore;
import org.apache.rocketmq.client.consumer.store.ReadOffsetType;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.RPCHook;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;

/**
 * Makes the clients of one scenario, small and alike, and ends them with it. Owner: the scenario's thread.
 */
final class Clients implements AutoCloseable {

    private static final String TOPIC_KEY = "TBW102";
    private static final int SEND_TIMEOUT_MS = 10_000;
    private static final Duration ROUTE_MAX = Duration.ofSeconds(30);
    private static final Duration CONSUMED_MAX = Duration.ofSeconds(40);
    private static final int POLL_INTERVAL_MS = 1_000;

    /**
     * Usually 30 s. A client of 5.x whose first queues come while its first timed heartbeat is on its way (a second after
     * its start) asks for the new version of its subscription and does not tell it before the next heartbeat; until then
     * brokers of both kinds refuse its pulls with code 25.
     */
    private static final int HEARTBEAT_INTERVAL_MS = 5_000;

    private static final int PAUSE_AFTER_FAILURE_MS = 100;

    /** Offsets of broadcast consumers are kept by client id, so ids of two runs must differ. */
    private static final String RUN = Long.toString(System.currentTimeMillis(), 36) + "-";

    private static final AtomicInteger INSTANCES = new AtomicInteger();

    private final Environment environment;
    private final Deque<Runnable> shutdowns = new ArrayDeque<>();

    Clients(Environment environment) {
        this.environment = environment;
    }

    DefaultMQProducer producer() throws MQClientException {
        DefaultMQProducer producer = newProducer();
        producer.start();
        return producer;
    }

    /** A producer that was not started. */
    DefaultMQProducer newProducer() {
        return prepared(new DefaultMQProducer(environment.name("P")));
    }

    /** The same producer, set up like the others, and ended with them. */
    <P extends DefaultMQProducer> P prepared(P producer) {
        configure(producer);
        producer.setSendMsgTimeout(SEND_TIMEOUT_MS);
        shutdowns.push(producer::shutdown);
        return producer;
    }

    /** A producer of transactions, started, whose outcomes {@code listener} decides. */
    TransactionMQProducer transactionProducer(String group, TransactionListener listener) throws MQClientException {
        TransactionMQProducer producer = prepared(new TransactionMQProducer(group));
        producer.setTransactionListener(listener);
        producer.start();
        return producer;
    }

    /** A push consumer that shows its requests and those it gets to {@code hook}. */
    DefaultMQPushConsumer pushConsumer(String group, RPCHook hook) {
        return prepared(new DefaultMQPushConsumer(group, hook, new AllocateMessageQueueAveragely()));
    }

    /** A push consumer from the first offset on, not started and without subscription. */
    DefaultMQPushConsumer pushConsumer(String group) {
        return prepared(new DefaultMQPushConsumer(group));
    }

    /** The same consumer, set up like the others, and ended with them. */
    DefaultMQPushConsumer prepared(DefaultMQPushConsumer consumer) {
        configure(consumer);
        consumer.setConsumeThreadMin(2);
        consumer.setConsumeThreadMax(2);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        shutdowns.push(consumer::shutdown);
        return consumer;
    }

    DefaultLitePullConsumer litePullConsumer(String group) {
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer(group);
        configure(consumer);
        consumer.setPullThreadNums(2);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        shutdowns.push(consumer::shutdown);
        return consumer;
    }

    DefaultMQPullConsumer pullConsumer(String group) {
        DefaultMQPullConsumer consumer = new DefaultMQPullConsumer(group);
        configure(consumer);
        shutdowns.push(consumer::shutdown);
        return consumer;
    }

    private void configure(ClientConfig config) {
        config.setNamesrvAddr(environment.servers().namesrvAddress());
        config.setClientIP("127.0.0.1");
        config.setInstanceName(environment.unique() + "#" + RUN + INSTANCES.incrementAndGet());
        // Two: who asks a consumer of 5.x about itself keeps one, and it asks the broker then, whose answer needs
        // another.
        config.setClientCallbackExecutorThreads(2);
        config.setVipChannelEnabled(false);
        config.setPollNameServerInterval(POLL_INTERVAL_MS);
        config.setHeartbeatBrokerInterval(HEARTBEAT_INTERVAL_MS);
        config.setPullTimeDelayMillsWhenException(PAUSE_AFTER_FAILURE_MS);
    }

    /** Creates a topic as an administrator's client does and returns its queues by id. */
    List<MessageQueue> createTopic(DefaultMQProducer producer, String topic, int queueCount) throws MQClientException {
        producer.getDefaultMQProducerImpl().createTopic(TOPIC_KEY, topic, queueCount);
        // The broker tells the NameServers after it answered.
        List<MessageQueue> found = Awaitility.await()
                .atMost(ROUTE_MAX)
                .ignoreExceptions()
                .until(() -> producer.fetchPublishMessageQueues(topic), queues -> queues.size() == queueCount);
        return found.stream().sorted().toList();
    }

    /** Stores a group's offset; one-way requests may be lost, so again until the broker has it. */
    static void commit(DefaultMQPullConsumer consumer, MessageQueue queue, long offset) {
        Awaitility.await().atMost(ROUTE_MAX).ignoreExceptions().until(() -> {
            consumer.updateConsumeOffset(queue, offset);
            consumer.getOffsetStore().persistAll(Set.of(queue));
            return consumer.fetchConsumeOffset(queue, true) == offset;
        });
    }

    /**
     * Waits until a push consumer counts the messages below {@code offset} of each queue as consumed: it does so only
     * after its listener returned.
     */
    static void awaitConsumed(DefaultMQPushConsumer consumer, Collection<MessageQueue> queues, long offset) {
        OffsetStore store = consumer.getDefaultMQPushConsumerImpl().getOffsetStore();
        Awaitility.await()
                .atMost(CONSUMED_MAX)
                .until(() -> queues.stream()
                        .allMatch(queue -> store.readOffset(queue, ReadOffsetType.READ_FROM_MEMORY) == offset));
    }

    /** Waits as {@link #awaitConsumed}, and then until the broker knows it; one-way requests may be lost, so again. */
    static void awaitStored(DefaultMQPushConsumer consumer, Collection<MessageQueue> queues, long offset) {
        awaitConsumed(consumer, queues, offset);
        OffsetStore store = consumer.getDefaultMQPushConsumerImpl().getOffsetStore();
        Set<MessageQueue> all = Set.copyOf(queues);
        Awaitility.await().atMost(CONSUMED_MAX).until(() -> {
            // Reading from the broker sets the consumer's own offset, also to an older one.
            all.forEach(queue -> store.updateOffset(queue, offset, false));
            store.persistAll(all);
            return all.stream().allMatch(queue -> store.readOffset(queue, ReadOffsetType.READ_FROM_STORE) == offset);
        });
    }

    /** Sends {@code stem-0 …} to one queue and returns the results in order. */
    static List<SendResult> sendInOrder(DefaultMQProducer producer, MessageQueue queue, String stem, int count)
            throws Exception {
        List<SendResult> results = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            results.add(sendTo(producer, queue, stem + "-" + index));
        }
        return results;
    }

    static SendResult sendTo(DefaultMQProducer producer, MessageQueue queue, String body) throws Exception {
        SendResult result = producer.send(message(queue.getTopic(), body), queue);
        Assertions.assertThat(result.getSendStatus()).isEqualTo(SendStatus.SEND_OK);
        return result;
    }

    static Message message(String topic, String body) {
        return new Message(topic, body.getBytes(UTF_8));
    }

    static Message tagged(String topic, String tag, String body) {
        return new Message(topic, tag, body.getBytes(UTF_8));
    }

    static String body(Message message) {
        return new String(message.getBody(), UTF_8);
    }

    /** The texts {@code stem-0} to {@code stem-(count-1)}. */
    static List<String> bodies(String stem, int count) {
        List<String> bodies = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            bodies.add(stem + "-" + index);
        }
        return bodies;
    }

    @Override
    public void close() {
        while (!shutdowns.isEmpty()) {
            shutdowns.pop().run();
        }
    }
}
