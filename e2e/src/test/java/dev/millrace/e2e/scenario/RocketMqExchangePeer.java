package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.ExchangePeer;
import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.utils.MessageUtil;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** The published client as a peer of ours. Owner: the test that made it. */
public final class RocketMqExchangePeer implements ExchangePeer {
    private final Environment environment;

    public RocketMqExchangePeer(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void send(String topic, String compression, String body) throws Exception {
        try (Clients clients = new Clients(environment)) {
            DefaultMQProducer producer = clients.newProducer();
            compressWith(producer, compression);
            producer.start();
            producer.send(Clients.message(topic, body));
        }
    }

    /** Scenarios are compiled against a client that knows zlib only. */
    private static void compressWith(DefaultMQProducer producer, String compression)
            throws ReflectiveOperationException {
        Method setter = Stream.of(DefaultMQProducer.class.getMethods())
                .filter(method -> method.getName().equals("setCompressType"))
                .findFirst()
                .orElseThrow();
        Class<?> type = setter.getParameterTypes()[0];
        setter.invoke(producer, type.getMethod("of", String.class).invoke(null, compression));
    }

    @Override
    public List<String> receive(String topic, int count) throws Exception {
        try (Clients clients = new Clients(environment)) {
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(environment.name("exchange"));
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();
            received.await(messages -> messages.size() >= count);
            return received.bodies();
        }
    }

    @Override
    public String request(String topic, String body) throws Exception {
        try (Clients clients = new Clients(environment)) {
            DefaultMQProducer asking = clients.producer();
            MessageQueue queue = asking.fetchPublishMessageQueues(topic).getFirst();
            return Clients.body(ReplyScenarios.ask(environment, asking, queue, body));
        }
    }

    @Override
    public AutoCloseable answer(String topic) throws Exception {
        Clients clients = new Clients(environment);
        DefaultMQProducer producer = clients.producer();
        DefaultMQPushConsumer consumer = clients.pushConsumer(environment.name("answers"));
        consumer.subscribe(topic, "*");
        MessageListenerConcurrently listener = (messages, context) -> {
            for (MessageExt message : messages) {
                answer(producer, message);
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        };
        consumer.registerMessageListener(listener);
        consumer.start();
        return clients;
    }

    private static void answer(DefaultMQProducer producer, MessageExt message) {
        try {
            producer.send(
                    MessageUtil.createReplyMessage(message, ("answer to " + Clients.body(message)).getBytes(UTF_8)));
        } catch (Exception e) {
            throw new AssertionError("the answer was not sent", e);
        }
    }
}
