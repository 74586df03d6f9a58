package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.NotPossible;
import java.util.List;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.MessageExt;

/** What clients with a namespace do. Owner: the scenario's thread. */
public final class NamespaceScenarios {
    private static final String NAMESPACE = "shop";

    private static Received consume(DefaultMQPushConsumer consumer, String topic) throws Exception {
        Received received = new Received();
        consumer.subscribe(topic, "*");
        received.listenConcurrently(consumer);
        consumer.start();
        return received;
    }

    public void aNamespaceIsAPrefixThatApplicationsDoNotSee(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("named");
            DefaultMQProducer plain = clients.producer();
            clients.createTopic(plain, NAMESPACE + "%" + topic, 2);
            DefaultMQProducer producer = clients.newProducer();
            producer.setNamespace(NAMESPACE);
            producer.start();
            DefaultMQPushConsumer inside = clients.pushConsumer(env.name("NG"));
            inside.setNamespace(NAMESPACE);
            Received within = consume(inside, topic);
            Received without = consume(clients.pushConsumer(env.name("G")), NAMESPACE + "%" + topic);

            SendResult result = producer.send(Clients.message(topic, "b"));

            assertThat(result.getMessageQueue().getTopic()).isEqualTo(topic);
            within.awaitBodies(List.of("b"));
            without.awaitBodies(List.of("b"));
            assertThat(within.messages()).extracting(MessageExt::getTopic).containsOnly(topic);
            assertThat(without.messages()).extracting(MessageExt::getTopic).containsOnly(NAMESPACE + "%" + topic);
            assertThat(without.messages().getFirst().getProperty("INSTANCE_ID")).isEqualTo(NAMESPACE);
        }
    }

    /** Such clients say the namespace in each request, beside the name; brokers have one space of names all the same. */
    public void aNamespaceOfTheSecondKindChangesNoName(Environment env) throws Exception {
        if (env.isClientOlderThan5()) {
            throw new NotPossible("this client has namespaces of one kind only");
        }
        try (Clients clients = new Clients(env)) {
            String topic = env.name("named2");
            clients.createTopic(clients.producer(), topic, 2);
            DefaultMQProducer producer = clients.newProducer();
            setNamespaceV2(producer);
            producer.start();
            DefaultMQPushConsumer inside = clients.pushConsumer(env.name("NG2"));
            setNamespaceV2(inside);
            Received within = consume(inside, topic);
            Received without = consume(clients.pushConsumer(env.name("G2")), topic);

            producer.send(Clients.message(topic, "b"));

            within.awaitBodies(List.of("b"));
            without.awaitBodies(List.of("b"));
            assertThat(within.messages()).extracting(MessageExt::getTopic).containsOnly(topic);
        }
    }

    /** Scenarios are compiled against a client that does not have it. */
    private static void setNamespaceV2(ClientConfig config) throws ReflectiveOperationException {
        ClientConfig.class.getMethod("setNamespaceV2", String.class).invoke(config, NAMESPACE);
    }
}
