package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** Fills a store, finds everything in it again on another server, and goes on. Owner: the thread that runs it. */
public final class StoreScenarios {

    private static final String TOPIC = "store-topic";
    private static final String LATER_TOPIC = "store-later";
    private static final String GROUP = "store-group";
    private static final String BROKER = "e2e-broker-a";
    private static final int QUEUE_COUNT = 4;
    private static final int PER_QUEUE = 40;
    private static final int MORE_PER_QUEUE = 10;
    private static final int COMMITTED = 12;

    /** The first server: topics, messages of every shape, an offset of a group. One thread, so always the same order. */
    public void fills(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, TOPIC, QUEUE_COUNT);
            clients.createTopic(producer, LATER_TOPIC, 1);
            for (int index = 0; index < PER_QUEUE; index++) {
                for (MessageQueue queue : queues) {
                    producer.send(message(queue.getQueueId(), index), queue);
                }
            }
            List<Message> batch = new ArrayList<>();
            for (String body : Clients.bodies("batch", 5)) {
                batch.add(new Message(LATER_TOPIC, "B", body, body.getBytes(UTF_8)));
            }
            producer.send(batch);
            Message later = Clients.tagged(LATER_TOPIC, "L", "later");
            later.setDelayTimeLevel(3);
            producer.send(later);
            commit(clients, queues);
        }
    }

    private static Message message(int queueId, int index) {
        String name = "s" + queueId + "-" + index;
        byte[] body = index == 7 ? "compress me ".repeat(2_000).getBytes(UTF_8) : name.getBytes(UTF_8);
        Message message = new Message(TOPIC, index % 2 == 0 ? "even" : "odd", name + " of-" + index, index, body, true);
        message.putUserProperty("größe", "€" + index);
        return message;
    }

    private static void commit(Clients clients, List<MessageQueue> queues) throws Exception {
        DefaultMQPullConsumer consumer = clients.pullConsumer(GROUP);
        consumer.start();
        for (MessageQueue queue : queues) {
            Clients.commit(consumer, queue, COMMITTED);
        }
    }

    /** The second server: all is there; ten more messages for each queue follow, and the group consumes to the end. */
    public void findsAllAndGoesOn(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            assertFilled(clients, env, producer, PER_QUEUE);
            DefaultMQPullConsumer offsets = clients.pullConsumer(GROUP);
            offsets.start();
            for (int queueId = 0; queueId < QUEUE_COUNT; queueId++) {
                assertThat(offsets.fetchConsumeOffset(queue(queueId), true)).isEqualTo(COMMITTED);
            }
            offsets.shutdown();
            for (int queueId = 0; queueId < QUEUE_COUNT; queueId++) {
                for (int index = PER_QUEUE; index < PER_QUEUE + MORE_PER_QUEUE; index++) {
                    SendResult result = producer.send(message(queueId, index), queue(queueId));
                    assertThat(result.getQueueOffset()).isEqualTo(index);
                }
            }
            MessageQueue later = new MessageQueue(LATER_TOPIC, BROKER, 0);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> producer.maxOffset(later), offset -> offset == 6);
            consumeTheRest(clients);
        }
    }

    private static void consumeTheRest(Clients clients) throws Exception {
        List<String> rest = new ArrayList<>();
        for (int queueId = 0; queueId < QUEUE_COUNT; queueId++) {
            for (int index = COMMITTED; index < PER_QUEUE + MORE_PER_QUEUE; index++) {
                rest.add("s" + queueId + "-" + index);
            }
        }
        Received received = new Received();
        DefaultMQPushConsumer consumer = clients.pushConsumer(GROUP);
        consumer.subscribe(TOPIC, "*");
        received.listenConcurrently(consumer);
        consumer.start();
        received.awaitBodies(rest);
        List<MessageQueue> queues =
                IntStream.range(0, QUEUE_COUNT).mapToObj(StoreScenarios::queue).toList();
        Clients.awaitStored(consumer, queues, PER_QUEUE + MORE_PER_QUEUE);
        consumer.shutdown();
    }

    /** The first server again: what the second added is there too, and the group has nothing left. */
    public void findsWhatWasAdded(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            assertFilled(clients, env, producer, PER_QUEUE + MORE_PER_QUEUE);
            DefaultMQPullConsumer reader = clients.pullConsumer(GROUP);
            reader.start();
            for (int queueId = 0; queueId < QUEUE_COUNT; queueId++) {
                assertThat(reader.fetchConsumeOffset(queue(queueId), true)).isEqualTo(PER_QUEUE + MORE_PER_QUEUE);
            }
            List<MessageExt> later = PullScenarios.pullAll(reader, new MessageQueue(LATER_TOPIC, BROKER, 0));
            List<String> expected = new ArrayList<>(Clients.bodies("batch", 5));
            expected.add("later");
            assertThat(later).extracting(Clients::body).containsExactlyElementsOf(expected);
        }
    }

    private static void assertFilled(Clients clients, Environment env, DefaultMQProducer producer, int perQueue)
            throws Exception {
        assertThat(producer.fetchPublishMessageQueues(TOPIC)).hasSize(QUEUE_COUNT);
        DefaultMQPullConsumer reader = clients.pullConsumer(env.name("reader"));
        reader.start();
        for (int queueId = 0; queueId < QUEUE_COUNT; queueId++) {
            List<MessageExt> stored = PullScenarios.pullAll(reader, queue(queueId));
            assertThat(stored).hasSize(perQueue);
            for (int index = 0; index < perQueue; index++) {
                assertSame(stored.get(index), message(queueId, index));
            }
            assertThat(reader.searchOffset(queue(queueId), stored.get(20).getStoreTimestamp()))
                    .isLessThanOrEqualTo(20);
            assertFound(producer, env, stored.get(20));
        }
        long now = System.currentTimeMillis();
        assertThat(producer.queryMessage(TOPIC, "of-3", 32, now - 3_600_000, now)
                        .getMessageList())
                .extracting(Clients::body)
                .containsExactlyInAnyOrder("s0-3", "s1-3", "s2-3", "s3-3");
    }

    private static void assertSame(MessageExt stored, Message sent) {
        assertThat(stored.getBody()).isEqualTo(sent.getBody());
        assertThat(stored.getTags()).isEqualTo(sent.getTags());
        assertThat(stored.getKeys()).isEqualTo(sent.getKeys());
        assertThat(stored.getFlag()).isEqualTo(sent.getFlag());
        assertThat(stored.getUserProperty("größe")).isEqualTo(sent.getUserProperty("größe"));
    }

    /** By its id: the address inside is where the store is served now. */
    private static void assertFound(DefaultMQProducer producer, Environment env, MessageExt stored) throws Exception {
        String address = env.servers().brokerAddress();
        int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
        String id = MessageDecoder.createMessageId(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), stored.getCommitLogOffset());
        assertSame(producer.viewMessage(TOPIC, id), stored);
        assertSame(producer.getDefaultMQProducerImpl().queryMessageByUniqKey(TOPIC, stored.getMsgId()), stored);
    }

    private static MessageQueue queue(int queueId) {
        return new MessageQueue(TOPIC, BROKER, queueId);
    }
}
