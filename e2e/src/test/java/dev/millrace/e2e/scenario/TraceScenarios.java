package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import java.time.Duration;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.awaitility.Awaitility;

/** What clients leave behind that trace what they do: records under the ids of messages. Owner: the scenario's thread. */
public final class TraceScenarios {
    private static final String TRACE_TOPIC = "RMQ_SYS_TRACE_TOPIC";
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    private static final Duration AROUND = Duration.ofHours(1);
    private static final int COUNT_MAX = 32;

    /** A record is {@code field 01 field 01 … 02}. */
    private static final String FIELD_END = "\u0001";

    private static final String RECORD_END = "\u0002";

    static DefaultMQProducer producer(Clients clients, String group) throws MQClientException {
        DefaultMQProducer producer = clients.prepared(new DefaultMQProducer(group, true, null));
        producer.start();
        return producer;
    }

    static TransactionMQProducer transactionProducer(Clients clients, String group) throws MQClientException {
        TransactionMQProducer producer = clients.prepared(new TransactionMQProducer(null, group, null, true, null));
        producer.setTransactionListener(new Outcomes());
        producer.start();
        return producer;
    }

    static DefaultMQPushConsumer consumer(Clients clients, String group) {
        return clients.prepared(new DefaultMQPushConsumer(group, true, null));
    }

    public void aSendAndItsConsumptionAreFoundByMessageId(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("traced");
            DefaultMQProducer producer = producer(clients, env.name("TP"));
            clients.createTopic(producer, topic, 1);
            DefaultMQPushConsumer consumer = consumer(clients, env.name("TG"));
            Received received = new Received();
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();

            String id = producer.send(Clients.tagged(topic, "TagT", "b")).getMsgId();
            received.awaitBodies(List.of("b"));

            List<String> records = awaitRecords(producer, id, "Pub", "SubBefore", "SubAfter");
            assertThat(records).hasSize(3);
            assertThat(fields(records, "Pub")).contains("DefaultRegion", env.name("TP"), topic, "TagT", "true");
            assertThat(fields(records, "SubBefore")).contains("DefaultRegion", env.name("TG"));
            assertThat(fields(records, "SubAfter")).contains("true");
        }
    }

    public void aTransactionAndItsOutcomeAreFoundByMessageId(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("traced");
            TransactionMQProducer producer = transactionProducer(clients, env.name("TP"));
            clients.createTopic(producer, topic, 1);

            String id = producer.sendMessageInTransaction(
                            Clients.tagged(topic, "TagT", "b"), LocalTransactionState.ROLLBACK_MESSAGE)
                    .getMsgId();

            List<String> records = awaitRecords(producer, id, "Pub", "EndTransaction");
            assertThat(fields(records, "Pub")).contains(env.name("TP"), topic);
            assertThat(fields(records, "EndTransaction")).contains(env.name("TP"), topic, "ROLLBACK_MESSAGE");
        }
    }

    public void aConsumptionThatFailedIsTracedAsSuch(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("traced");
            DefaultMQProducer producer = producer(clients, env.name("TP"));
            clients.createTopic(producer, topic, 1);
            DefaultMQPushConsumer consumer = consumer(clients, env.name("TG"));
            consumer.subscribe(topic, "*");
            MessageListenerConcurrently listener = (batch, context) -> ConsumeConcurrentlyStatus.RECONSUME_LATER;
            consumer.registerMessageListener(listener);
            consumer.start();

            String id = producer.send(Clients.tagged(topic, "TagT", "b")).getMsgId();

            List<String> records = awaitRecords(producer, id, "Pub", "SubAfter");
            assertThat(fields(records, "SubAfter")).contains("false");
        }
    }

    /** All records of a message, once these kinds are there. */
    private static List<String> awaitRecords(DefaultMQProducer producer, String id, String... kinds) {
        return Awaitility.await()
                .atMost(WAIT_MAX)
                .pollInterval(Duration.ofMillis(250))
                .until(
                        () -> records(producer, id),
                        found -> List.of(kinds).stream()
                                .allMatch(kind ->
                                        found.stream().anyMatch(record -> record.startsWith(kind + FIELD_END))));
    }

    private static List<String> records(DefaultMQProducer producer, String id) throws InterruptedException {
        long now = System.currentTimeMillis();
        try {
            return producer
                    .queryMessage(TRACE_TOPIC, id, COUNT_MAX, now - AROUND.toMillis(), now + AROUND.toMillis())
                    .getMessageList()
                    .stream()
                    .map(MessageExt::getBody)
                    .flatMap(body -> List.of(new String(body, UTF_8).split(RECORD_END, -1)).stream())
                    .filter(record -> record.contains(id))
                    .toList();
        } catch (MQClientException e) {
            return List.of(); // nothing is found yet
        }
    }

    /** The fields of the first record of a kind. */
    private static List<String> fields(List<String> records, String kind) {
        return records.stream()
                .filter(record -> record.startsWith(kind + FIELD_END))
                .findFirst()
                .map(record -> List.of(record.split(FIELD_END, -1)))
                .orElseThrow(() -> new AssertionError(kind + " is not in " + records));
    }
}
