package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.ServerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** SQL92 filters over properties. Owner: the thread that runs a scenario. */
public final class FilterScenarios {

    private static final int PULL_COUNT = 32;
    private static final Duration WAIT_MAX = Duration.ofSeconds(40);
    private static final String BAD = "price > 'x'";

    private static Message priced(String topic, int price, String color) {
        Message message = Clients.tagged(topic, "T" + price, color + " for " + price);
        message.setKeys("k" + price);
        message.putUserProperty("price", Integer.toString(price));
        message.putUserProperty("color", color);
        return message;
    }

    private static void sendSamples(DefaultMQProducer producer, String topic) throws Exception {
        producer.send(priced(topic, 5, "red"));
        producer.send(priced(topic, 15, "blue"));
        producer.send(priced(topic, 25, "it's red"));
        producer.send(Clients.message(topic, "without price"));
    }

    public void receivesOnlyMatchingProperties(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("sqlpush");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 2);
            sendSamples(producer, topic);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(
                    topic, MessageSelector.bySql("price > 10 AND (color = 'blue' OR color IN ('it''s red', 'green'))"));
            received.listenConcurrently(consumer);
            consumer.start();
            received.awaitBodies(List.of("blue for 15", "it's red for 25"));

            producer.send(priced(topic, 7, "blue"));
            producer.send(priced(topic, 70, "green"));

            received.awaitBodies(List.of("blue for 15", "it's red for 25", "green for 70"));
        }
    }

    public void receivesByTagsAndKeys(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("sqltags");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);
            sendSamples(producer, topic);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, MessageSelector.bySql("TAGS <> 'T5' AND KEYS IN ('k5', 'k15') OR price IS NULL"));
            received.listenOrderly(consumer);
            consumer.start();

            received.awaitBodies(List.of("blue for 15", "without price"));
        }
    }

    public void servesTagAndSqlGroupsOfATopic(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("sqlboth");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 2);
            Received byTag = new Received();
            DefaultMQPushConsumer tags = clients.pushConsumer(env.name("GT"));
            tags.subscribe(topic, MessageSelector.byTag("T5 || T25"));
            byTag.listenConcurrently(tags);
            tags.start();
            Received bySql = new Received();
            DefaultMQPushConsumer sql = clients.pushConsumer(env.name("GS"));
            sql.subscribe(topic, MessageSelector.bySql("price NOT BETWEEN 10 AND 20 AND color NOT CONTAINS ' '"));
            bySql.listenConcurrently(sql);
            sql.start();

            sendSamples(producer, topic);

            byTag.awaitBodies(List.of("red for 5", "it's red for 25"));
            bySql.awaitBodies(List.of("red for 5"));
        }
    }

    public void retriesWhatItsFilterTook(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("sqlretry");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 1);
            sendSamples(producer, topic);
            Received received = new Received();
            AtomicInteger refusals = new AtomicInteger();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, MessageSelector.bySql("price = 15"));
            MessageListenerConcurrently listener = (batch, context) -> {
                if (refusals.getAndIncrement() == 0) {
                    context.setDelayLevelWhenNextConsume(1);
                    return ConsumeConcurrentlyStatus.RECONSUME_LATER;
                }
                received.addAll(batch);
                return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            };
            consumer.registerMessageListener(listener);
            consumer.start();

            received.awaitBodies(List.of("blue for 15"));

            assertThat(received.messages().getFirst().getReconsumeTimes()).isEqualTo(1);
        }
    }

    public void pullsOnlyMatchingProperties(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("sqlpull");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            sendSamples(producer, topic);
            DefaultMQPullConsumer consumer = puller(clients, env.name("G"));
            awaitBrokerVersion(consumer, queue);

            PullResult some = consumer.pull(queue, MessageSelector.bySql("price >= 15.0"), 0, PULL_COUNT);
            PullResult none = consumer.pull(queue, MessageSelector.bySql("price > 1000"), 1, PULL_COUNT);

            assertThat(some.getMsgFoundList())
                    .extracting(Clients::body)
                    .containsExactly("blue for 15", "it's red for 25");
            assertThat(some.getNextBeginOffset()).isEqualTo(4);
            assertThat(none.getPullStatus()).isEqualTo(PullStatus.NO_MATCHED_MSG);
            assertThat(none.getNextBeginOffset()).isEqualTo(4);
        }
    }

    private static DefaultMQPullConsumer puller(Clients clients, String group) throws MQClientException {
        DefaultMQPullConsumer consumer = clients.pullConsumer(group);
        consumer.setHeartbeatBrokerInterval(300);
        consumer.start();
        return consumer;
    }

    /** Before a heartbeat told the broker's version, the client itself refuses to pull by SQL92. */
    private static void awaitBrokerVersion(DefaultMQPullConsumer consumer, MessageQueue queue) {
        MessageSelector all = MessageSelector.bySql("TRUE");
        Awaitility.await()
                .atMost(WAIT_MAX)
                .ignoreExceptions()
                .until(() -> consumer.pull(queue, all, 0, PULL_COUNT) != null);
    }

    public void pollsOnlyMatchingProperties(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("sqllite");
            DefaultMQProducer producer = clients.producer();
            clients.createTopic(producer, topic, 2);
            sendSamples(producer, topic);
            DefaultLitePullConsumer consumer = clients.litePullConsumer(env.name("G"));
            consumer.subscribe(topic, MessageSelector.bySql("color STARTSWITH 'it' OR color ENDSWITH 'ue'"));
            consumer.start();
            List<String> bodies = new ArrayList<>();

            awaitPolled(consumer, bodies, Set.of("blue for 15", "it's red for 25"));
            producer.send(priced(topic, 1, "grey"));
            producer.send(priced(topic, 2, "true"));

            awaitPolled(consumer, bodies, Set.of("blue for 15", "it's red for 25", "true for 2"));
            assertThat(bodies).hasSize(3);
        }
    }

    private static void awaitPolled(DefaultLitePullConsumer consumer, List<String> bodies, Set<String> expected) {
        Awaitility.await().atMost(WAIT_MAX).until(() -> {
            consumer.poll(200).forEach(message -> bodies.add(Clients.body(message)));
            return Set.copyOf(bodies).equals(expected);
        });
    }

    public void findsAMatchBehindManyOthers(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("sqlmany");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            for (int batch = 0; batch < 30; batch++) {
                List<Message> messages = new ArrayList<>();
                for (int index = 0; index < 100; index++) {
                    messages.add(priced(topic, 1, "grey"));
                }
                producer.send(messages, queue);
            }
            producer.send(priced(topic, 2, "gold"), queue);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, MessageSelector.bySql("color = 'gold'"));
            received.listenConcurrently(consumer);
            consumer.start();

            received.awaitBodies(List.of("gold for 2"));
        }
    }

    public void refusesABadExpression(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("sqlbad");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            sendSamples(producer, topic);
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, MessageSelector.bySql(BAD));
            new Received().listenConcurrently(consumer);
            DefaultMQPullConsumer puller = puller(clients, env.name("GP"));

            assertThatThrownBy(consumer::start)
                    .isInstanceOf(MQClientException.class)
                    .satisfies(thrown -> assertThat(((MQClientException) thrown).getResponseCode())
                            .isEqualTo(23));
            // Apache's broker delivers everything to a pull with a bad expression.
            if (env.kind() == ServerKind.MILLRACE) {
                awaitBrokerVersion(puller, queue);
                assertThatThrownBy(() -> puller.pull(queue, MessageSelector.bySql(BAD), 0, PULL_COUNT))
                        .isInstanceOf(MQBrokerException.class)
                        .hasMessageContaining("column 7");
            }
        }
    }
}
