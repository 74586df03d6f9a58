package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.e2e.client.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.QueryResult;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.impl.MQAdminImpl;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** What clients ask about topics, offsets and single messages. Owner: the thread that runs a scenario. */
public final class AdminScenarios {

    public void listsTheQueuesOfANewTopic(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("queues");
            DefaultMQProducer producer = clients.producer();

            List<MessageQueue> queues = clients.createTopic(producer, topic, 5);

            assertThat(queues).extracting(MessageQueue::getQueueId).containsExactly(0, 1, 2, 3, 4);
            assertThat(queues).extracting(MessageQueue::getBrokerName).containsOnly("e2e-broker-a");
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            new Received().listenConcurrently(consumer);
            consumer.start();
            assertThat(consumer.fetchSubscribeMessageQueues(topic)).containsExactlyInAnyOrderElementsOf(queues);
        }
    }

    public void changesTheQueueCountOfATopic(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("grow");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 2);

            clients.createTopic(producer, topic, 6);

            assertThat(producer.fetchPublishMessageQueues(topic)).hasSize(6);
        }
    }

    public void tellsFirstAndLastOffset(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, env.name("offsets"), 2);
            long before = System.currentTimeMillis();
            Clients.sendInOrder(producer, queues.getFirst(), "m", 7);

            assertThat(producer.minOffset(queues.getFirst())).isZero();
            Awaitility.await().until(() -> producer.maxOffset(queues.getFirst()), offset -> offset == 7);
            assertThat(producer.maxOffset(queues.get(1))).isZero();
            assertThat(producer.earliestMsgStoreTime(queues.getFirst())).isBetween(before, System.currentTimeMillis());
            assertThat(producer.earliestMsgStoreTime(queues.get(1))).isEqualTo(-1);
        }
    }

    public void findsTheOffsetOfATime(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue =
                    clients.createTopic(producer, env.name("search"), 1).getFirst();
            Clients.sendInOrder(producer, queue, "a", 3);
            long between = System.currentTimeMillis() + 20;
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> System.currentTimeMillis() > between + 20);
            List<SendResult> later = Clients.sendInOrder(producer, queue, "b", 3);
            Awaitility.await().until(() -> producer.maxOffset(queue) == 6);

            assertThat(producer.searchOffset(queue, between)).isEqualTo(3);
            assertThat(producer.searchOffset(queue, 0)).isZero();
            assertThat(producer.searchOffset(queue, System.currentTimeMillis() + 60_000))
                    .isEqualTo(6);
            MessageExt firstLater =
                    producer.viewMessage(queue.getTopic(), later.getFirst().getOffsetMsgId());
            assertThat(producer.searchOffset(queue, firstLater.getStoreTimestamp()))
                    .isLessThanOrEqualTo(3);
        }
    }

    public void findsAMessageByItsIds(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("ids");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Message message = new Message(topic, "I", "ikey", "find me".getBytes(UTF_8));
            message.putUserProperty("p", "q");
            SendResult sent = producer.send(message, queue);

            MessageExt byOffset = producer.viewMessage(topic, sent.getOffsetMsgId());
            MQAdminImpl admin =
                    producer.getDefaultMQProducerImpl().getMqClientFactory().getMQAdminImpl();
            MessageExt byUnique = Awaitility.await()
                    .ignoreExceptions()
                    .until(() -> admin.queryMessageByUniqKey(topic, sent.getMsgId()), found -> found != null);
            QueryResult byUniqueInWindow = admin.queryMessageByUniqKey(
                    topic, sent.getMsgId(), 8, System.currentTimeMillis() - 600_000, Long.MAX_VALUE);

            assertThat(List.of(
                            byOffset,
                            byUnique,
                            byUniqueInWindow.getMessageList().getFirst()))
                    .allSatisfy(found -> {
                        assertThat(Clients.body(found)).isEqualTo("find me");
                        assertThat(found.getTopic()).isEqualTo(topic);
                        assertThat(found.getTags()).isEqualTo("I");
                        assertThat(found.getUserProperty("p")).isEqualTo("q");
                        assertThat(found.getQueueOffset()).isZero();
                        assertThat(found.getMsgId()).isIn(sent.getMsgId(), sent.getOffsetMsgId());
                    });
            assertThat(byUniqueInWindow.getMessageList()).hasSize(1);
        }
    }

    public void findsMessagesByKey(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("keys");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            String shared = env.name("order");
            for (int index = 0; index < 5; index++) {
                producer.send(
                        new Message(topic, "K", shared + " only-" + index, ("k-" + index).getBytes(UTF_8)), queue);
            }
            long now = System.currentTimeMillis();

            List<String> found = Awaitility.await()
                    .ignoreExceptions()
                    .until(() -> bodiesByKey(producer, topic, shared, 32, now), bodies -> bodies.size() == 5);

            assertThat(found).containsExactlyInAnyOrderElementsOf(Clients.bodies("k", 5));
            assertThat(bodiesByKey(producer, topic, "only-3", 32, now)).containsExactly("k-3");
            assertThat(bodiesByKey(producer, topic, shared, 2, now)).hasSize(2);
            assertThatThrownBy(() -> bodiesByKey(producer, topic, "never", 32, now))
                    .isInstanceOf(MQClientException.class);
        }
    }

    public void checksTheFilterOfASubscription(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("check");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, MessageSelector.bySql("this is no expression ("));
            new Received().listenConcurrently(consumer);

            assertThatThrownBy(consumer::start).isInstanceOf(MQClientException.class);
        }
    }

    public void refusesAnIdThatDoesNotExist(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("noid");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            SendResult sent = Clients.sendTo(producer, queue, "x");
            String id = sent.getOffsetMsgId();
            String beyond = id.substring(0, 16) + "00000FFFFFFFFFF0";

            assertThatThrownBy(() -> producer.viewMessage(topic, beyond)).isInstanceOf(Exception.class);

            assertThat(Clients.body(producer.viewMessage(topic, id))).isEqualTo("x");
        }
    }

    public void knowsTheMembersOfAGroup(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("members");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);
            List<DefaultMQPushConsumer> consumers = new ArrayList<>();
            for (int index = 0; index < 2; index++) {
                DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
                consumer.subscribe(topic, "*");
                new Received().listenConcurrently(consumer);
                consumer.start();
                consumers.add(consumer);
            }

            List<String> members =
                    producer.getDefaultMQProducerImpl().getMqClientFactory().findConsumerIdList(topic, env.name("G"));

            assertThat(members)
                    .containsExactlyInAnyOrderElementsOf(consumers.stream()
                            .map(consumer -> consumer.getDefaultMQPushConsumerImpl()
                                    .getmQClientFactory()
                                    .getClientId())
                            .toList());
        }
    }

    private static List<String> bodiesByKey(
            DefaultMQProducer producer, String topic, String key, int countMax, long now) throws Exception {
        return producer.queryMessage(topic, key, countMax, now - 600_000, now + 600_000).getMessageList().stream()
                .map(Clients::body)
                .toList();
    }
}
