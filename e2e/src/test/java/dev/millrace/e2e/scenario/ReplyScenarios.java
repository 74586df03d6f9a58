package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.Servers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.RequestTimeoutException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.RequestCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.utils.MessageUtil;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** Producers that ask and consumers that answer. Owner: the thread that runs a scenario. */
public final class ReplyScenarios {

    private static final long WAIT_MS = 60_000;
    private static final String REPLY_TOPIC = Servers.CLUSTER_NAME + "_REPLY_TOPIC";

    public void answersARequest(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("ask");
            DefaultMQProducer asking = clients.producer();
            MessageQueue queue = clients.createTopic(asking, topic, 2).getFirst();
            AtomicReference<SendResult> sent = new AtomicReference<>();
            answer(clients, env, topic, clients.producer(), sent);

            Message answer = ask(env, asking, queue, "ping");

            assertThat(new String(answer.getBody(), UTF_8)).isEqualTo("ping, answered");
            assertThat(answer.getProperty(MessageConst.PROPERTY_CORRELATION_ID)).isNotNull();
            assertThat(answer.getProperty("PUSH_REPLY_TIME")).isNotNull();
            assertThat(answer.getProperty("own")).isEqualTo("kept");
            SendResult result =
                    Awaitility.await().atMost(Duration.ofSeconds(20)).until(sent::get, each -> each != null);
            assertThat(result.getSendStatus()).isEqualTo(SendStatus.SEND_OK);
            assertThat(result.getMessageQueue().getTopic()).isEqualTo(REPLY_TOPIC);
            MessageExt stored = asking.viewMessage(REPLY_TOPIC, result.getOffsetMsgId());
            assertThat(Clients.body(stored)).isEqualTo("ping, answered");
        }
    }

    public void answersARequestWithACallback(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("askasync");
            DefaultMQProducer asking = clients.producer();
            MessageQueue queue = clients.createTopic(asking, topic, 1).getFirst();
            answer(clients, env, topic, clients.producer(), new AtomicReference<>());
            Message answer = askWithCallback(asking, queue, "ping");

            assertThat(new String(answer.getBody(), UTF_8)).isEqualTo("ping, answered");
        }
    }

    /** Asks and waits. Client 5.3.3 stops waiting when its request was sent, whatever the broker: it is called back. */
    static Message ask(Environment env, DefaultMQProducer asking, MessageQueue queue, String body) throws Exception {
        return env.clientVersion().equals("5.3.3")
                ? askWithCallback(asking, queue, body)
                : asking.request(Clients.message(queue.getTopic(), body), WAIT_MS);
    }

    /** Names the queue: without one, clients call back with nothing when the request was sent. */
    private static Message askWithCallback(DefaultMQProducer asking, MessageQueue queue, String body) throws Exception {
        CompletableFuture<Message> answer = new CompletableFuture<>();
        asking.request(
                Clients.message(queue.getTopic(), body),
                queue,
                new RequestCallback() {
                    @Override
                    public void onSuccess(Message message) {
                        answer.complete(message);
                    }

                    @Override
                    public void onException(Throwable fault) {
                        answer.completeExceptionally(fault);
                    }
                },
                WAIT_MS);
        return answer.get(WAIT_MS, TimeUnit.MILLISECONDS);
    }

    public void tellsThatNobodyAnswered(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("asknobody");
            DefaultMQProducer asking = clients.producer();
            clients.createTopic(asking, topic, 1);

            assertThatThrownBy(() -> asking.request(Clients.message(topic, "ping"), 2_000))
                    .isInstanceOf(RequestTimeoutException.class);
        }
    }

    public void refusesTheAnswerToAProducerThatHasGone(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("askgone");
            DefaultMQProducer answering = clients.producer();
            clients.createTopic(answering, topic, 1);
            Received received = new Received();
            DefaultMQPushConsumer consumer = consumer(clients, env, topic);
            received.listenConcurrently(consumer);
            consumer.start();
            try (Clients others = new Clients(env)) {
                DefaultMQProducer asking = others.producer();
                assertThatThrownBy(() -> asking.request(Clients.message(topic, "ping"), 2_000))
                        .isInstanceOf(RequestTimeoutException.class);
            }
            received.awaitBodies(List.of("ping"));
            Message answer = MessageUtil.createReplyMessage(received.messages().getFirst(), "late".getBytes(UTF_8));

            assertThatThrownBy(() -> answering.send(answer))
                    .rootCause()
                    .isInstanceOfSatisfying(MQBrokerException.class, refused -> {
                        assertThat(refused.getResponseCode()).isEqualTo(1);
                        assertThat(refused.getErrorMessage()).contains("push reply message", "not found");
                    });
        }
    }

    private static DefaultMQPushConsumer consumer(Clients clients, Environment env, String topic) throws Exception {
        DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
        consumer.subscribe(topic, "*");
        return consumer;
    }

    private static void answer(
            Clients clients,
            Environment env,
            String topic,
            DefaultMQProducer answering,
            AtomicReference<SendResult> sent)
            throws Exception {
        DefaultMQPushConsumer consumer = consumer(clients, env, topic);
        MessageListenerConcurrently listener = (batch, context) -> {
            try {
                for (MessageExt message : batch) {
                    byte[] body = (Clients.body(message) + ", answered").getBytes(UTF_8);
                    Message answer = MessageUtil.createReplyMessage(message, body);
                    answer.putUserProperty("own", "kept");
                    sent.set(answering.send(answer));
                }
                return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        consumer.registerMessageListener(listener);
        consumer.start();
    }
}
