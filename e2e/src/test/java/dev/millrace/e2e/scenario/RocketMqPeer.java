package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.Exchanged;
import dev.millrace.e2e.client.Peer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** The published client as a peer of ours. Owner: the test that made it. */
public final class RocketMqPeer implements Peer {
    private static final String UNIQUE_ID = "UNIQ_KEY";

    private final Environment environment;

    public RocketMqPeer(Environment environment) {
        this.environment = environment;
    }

    @Override
    public List<Exchanged> send(String topic, int count) throws Exception {
        try (Clients clients = new Clients(environment)) {
            DefaultMQProducer producer = clients.producer();
            List<Exchanged> sent = new ArrayList<>();
            for (Message message : messages(topic, "single", count)) {
                String id = producer.send(message).getMsgId();
                sent.add(exchanged(message, id));
            }
            return sent;
        }
    }

    @Override
    public List<Exchanged> sendBatch(String topic, int count) throws Exception {
        try (Clients clients = new Clients(environment)) {
            List<Message> messages = messages(topic, "batch", count);
            clients.producer().send(messages);
            return messages.stream()
                    .map(message -> exchanged(message, message.getProperty(UNIQUE_ID)))
                    .toList();
        }
    }

    private static List<Message> messages(String topic, String stem, int count) {
        List<Message> messages = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            String body = stem + "-ß-" + index;
            Message message = new Message(topic, "tag" + index % 3, "k" + index + " " + stem, body.getBytes(UTF_8));
            message.putUserProperty(PROPERTY, "rocketmq ü " + index);
            messages.add(message);
        }
        return messages;
    }

    @Override
    public List<Exchanged> receive(String topic, int count) throws Exception {
        try (Clients clients = new Clients(environment)) {
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(environment.name("peer"));
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();
            received.await(messages -> messages.size() >= count);
            return received.messages().stream()
                    .map((MessageExt message) -> exchanged(message, message.getMsgId()))
                    .toList();
        }
    }

    private static Exchanged exchanged(Message message, String id) {
        return new Exchanged(
                Clients.body(message),
                message.getTags(),
                message.getKeys(),
                Map.of(PROPERTY, message.getUserProperty(PROPERTY)),
                id);
    }
}
