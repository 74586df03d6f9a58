package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.Servers;
import java.time.Duration;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** Messages that are given up, and topics that are not there. Owner: the thread that runs a scenario. */
public final class DeadLetterKillScenarios {

    private static final int MESSAGES = 300;

    /** A group that gives up every message at its first attempt. */
    public void givesUpMessages(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("dead");
            String group = env.name("G");
            DefaultMQProducer producer = clients.producer();
            for (int index = 0; index < MESSAGES; index++) {
                producer.send(new Message(topic, "T", "k" + index, ("d-" + index).getBytes(UTF_8)));
            }
            DefaultMQPushConsumer consumer = clients.pushConsumer(group);
            consumer.setMaxReconsumeTimes(0);
            consumer.subscribe(topic, "*");
            MessageListenerConcurrently listener = (batch, context) -> ConsumeConcurrentlyStatus.RECONSUME_LATER;
            consumer.registerMessageListener(listener);
            consumer.start();
            MessageQueue dead = new MessageQueue("%DLQ%" + group, Servers.BROKER_NAME, 0);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> producer.maxOffset(dead) == MESSAGES);
        }
    }

    /** The same group, healthy now. */
    public void getsThemAgain(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("dead");
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();

            // After a kill the group may get the topic's own messages again, too.
            received.await(messages -> again(messages).size() >= MESSAGES);
            MessageQueue retries = new MessageQueue("%RETRY%" + env.name("G"), Servers.BROKER_NAME, 0);
            assertThat(clients.producer().maxOffset(retries)).isEqualTo(MESSAGES);
            List<MessageExt> again = again(received.messages());
            assertThat(again)
                    .extracting(Clients::body)
                    .containsExactlyInAnyOrderElementsOf(Clients.bodies("d", MESSAGES));
            assertThat(again).allSatisfy(message -> {
                assertThat(message.getTopic()).isEqualTo(topic);
                assertThat(message.getReconsumeTimes()).isZero();
            });
        }
    }

    private static List<MessageExt> again(List<MessageExt> messages) {
        return messages.stream()
                .filter(message -> message.getProperty("DLQ_REDELIVERED_FROM") != null)
                .toList();
    }

    public void tellsAtOnceThatThereIsNoSuchTopic(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();

            assertThatThrownBy(() -> producer.send(Clients.message(env.name("nowhere"), "x")))
                    .isInstanceOfSatisfying(
                            MQClientException.class,
                            refused -> assertThat(refused.getErrorMessage()).contains("No route info of this topic"));
        }
    }
}
