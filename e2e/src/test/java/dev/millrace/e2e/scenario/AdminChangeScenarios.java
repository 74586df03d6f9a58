package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.NotPossible;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.Servers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.message.MessageQueue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;

/** Topics and groups that are made, changed and deleted, by each client. Owner: the thread that runs a scenario. */
public final class AdminChangeScenarios {

    private static final long TIMEOUT_MS = 10_000;
    private static final int NO_PERMISSION = 16;
    private static final int MAY_READ = 4;
    private static final int MAY_WRITE = 2;
    private static final Duration WAIT_MAX = Duration.ofSeconds(40);

    private static MQClientAPIImpl api(DefaultMQProducer producer) {
        return producer.getDefaultMQProducerImpl().getMqClientFactory().getMQClientAPIImpl();
    }

    private static void define(Environment env, DefaultMQProducer producer, String topic, int permission)
            throws Exception {
        TopicConfig config = new TopicConfig(topic);
        config.setReadQueueNums(1);
        config.setWriteQueueNums(1);
        config.setPerm(permission);
        api(producer).createTopic(env.servers().brokerAddress(), "TBW102", config, TIMEOUT_MS);
    }

    private static void assertNotPermitted(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MQBrokerException.class,
                        refused -> assertThat(refused.getResponseCode()).isEqualTo(NO_PERMISSION));
    }

    public void deletesATopicWithItsMessages(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("deleted");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Clients.sendInOrder(producer, queue, "m", 3);
            Awaitility.await().atMost(WAIT_MAX).until(() -> producer.maxOffset(queue) == 3);

            api(producer).deleteTopicInBroker(env.servers().brokerAddress(), topic, TIMEOUT_MS);
            // The names changed places with version 5.
            boolean isOlder = env.isClientOlderThan5();
            api(producer)
                    .deleteTopicInNameServer(
                            env.servers().namesrvAddress(),
                            isOlder ? topic : Servers.CLUSTER_NAME,
                            isOlder ? Servers.CLUSTER_NAME : topic,
                            TIMEOUT_MS);

            DefaultMQProducer other = clients.producer();
            awaitNoQueues(other, topic);
            MessageQueue again = clients.createTopic(other, topic, 1).getFirst();
            assertThat(other.maxOffset(again)).isZero();
            assertThat(Clients.sendTo(other, again, "new").getQueueOffset()).isZero();
        }
    }

    private static void awaitNoQueues(DefaultMQProducer producer, String topic) {
        Awaitility.await()
                .atMost(WAIT_MAX)
                .untilAsserted(() -> assertThatThrownBy(() -> producer.fetchPublishMessageQueues(topic))
                        .isInstanceOf(MQClientException.class));
    }

    /** RocketMQ's broker leaves it to clients, which find no queue to send to; ours refuses such a send, too. */
    public void offersNoQueueOfATopicThatMayOnlyBeRead(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("readonly");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Clients.sendTo(producer, queue, "before");

            define(env, producer, topic, MAY_READ);

            awaitNoQueues(clients.producer(), topic);
            if (env.kind() != ServerKind.APACHE) {
                assertNotPermitted(() -> producer.send(Clients.message(topic, "x"), queue));
            }
            assertThat(pull(clients, env, queue)).isEqualTo(PullStatus.FOUND);
            define(env, producer, topic, MAY_READ | MAY_WRITE);
            assertThat(producer.send(Clients.message(topic, "after"), queue).getSendStatus())
                    .isEqualTo(SendStatus.SEND_OK);
        }
    }

    public void refusesPullsOfATopicThatMayOnlyBeWritten(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("writeonly");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();

            define(env, producer, topic, MAY_WRITE);

            assertThat(producer.send(Clients.message(topic, "x"), queue).getSendStatus())
                    .isEqualTo(SendStatus.SEND_OK);
            assertNotPermitted(() -> pull(clients, env, queue));
            define(env, producer, topic, MAY_READ | MAY_WRITE);
            assertThat(pull(clients, env, queue)).isEqualTo(PullStatus.FOUND);
        }
    }

    private static PullStatus pull(Clients clients, Environment env, MessageQueue queue) throws Exception {
        DefaultMQPullConsumer consumer = clients.pullConsumer(env.name("G"));
        consumer.start();
        Awaitility.await().atMost(WAIT_MAX).until(() -> consumer.maxOffset(queue) > 0);
        return consumer.pull(queue, "*", 0, 32).getPullStatus();
    }

    private static void defineGroup(Environment env, DefaultMQProducer producer, String group, boolean mayConsume)
            throws Exception {
        String types = env.isClientOlderThan5() ? "common.subscription." : "remoting.protocol.subscription.";
        Object config = ByName.make("org.apache.rocketmq." + types + "SubscriptionGroupConfig");
        ByName.set(config, "GroupName", group);
        ByName.set(config, "ConsumeEnable", mayConsume);
        ByName.set(config, "RetryMaxTimes", 5);
        ByName.call(api(producer), "createSubscriptionGroup", env.servers().brokerAddress(), config, TIMEOUT_MS);
    }

    private static Map<?, ?> groups(Environment env, DefaultMQProducer producer) throws Exception {
        Object all = ByName.call(
                api(producer), "getAllSubscriptionGroup", env.servers().brokerAddress(), TIMEOUT_MS);
        return (Map<?, ?>) ByName.call(all, "getSubscriptionGroupTable");
    }

    public void stopsAGroupThatMayNotConsume(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("stopped");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            Clients.sendTo(producer, queue, "x");

            defineGroup(env, producer, env.name("G"), false);

            assertNotPermitted(() -> pull(clients, env, queue));
            defineGroup(env, producer, env.name("G"), true);
            assertThat(pull(clients, env, queue)).isEqualTo(PullStatus.FOUND);
        }
    }

    public void deletesAGroupWithItsOffsets(Environment env) throws Exception {
        if (env.isClientOlderThan5()) {
            throw new NotPossible("this client asks for it by a header field that brokers of version 5 do not know");
        }
        try (Clients clients = new Clients(env)) {
            String topic = env.name("groupgone");
            String group = env.name("G");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 1);
            Clients.sendInOrder(producer, queues.getFirst(), "m", 3);
            Awaitility.await().atMost(WAIT_MAX).until(() -> producer.maxOffset(queues.getFirst()) == 3);
            defineGroup(env, producer, group, true);
            DefaultMQPullConsumer consumer = clients.pullConsumer(group);
            consumer.start();
            Clients.commit(consumer, queues.getFirst(), 2);
            consumer.shutdown();
            Object made = Objects.requireNonNull(groups(env, producer).get(group), group);
            assertThat(ByName.call(made, "getRetryMaxTimes")).isEqualTo(5);

            api(producer).deleteSubscriptionGroup(env.servers().brokerAddress(), group, true, TIMEOUT_MS);

            assertThat(groups(env, producer).containsKey(group)).isFalse();
            DefaultMQPullConsumer again = clients.pullConsumer(group);
            again.start();
            // All of a young queue is in memory: the broker answers 0 for a group without offset.
            assertThat(again.fetchConsumeOffset(queues.getFirst(), true)).isZero();
        }
    }
}
