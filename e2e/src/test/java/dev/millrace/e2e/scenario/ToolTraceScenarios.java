package dev.millrace.e2e.scenario;

import dev.millrace.e2e.client.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionMQProducer;

/** What a tool shall find afterwards. Owner: the scenario's thread. */
public final class ToolTraceScenarios {
    /** The ids of a message and of a transaction, a line each. */
    public static final String IDS = "traced-ids.txt";

    /** Sends, commits and consumes with trace, in a topic that is there. */
    public void leavesATrace(Environment env) throws Exception {
        String topic = env.name("traced");
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = TraceScenarios.producer(clients, env.name("TP"));
            TransactionMQProducer payer = TraceScenarios.transactionProducer(clients, env.name("TT"));
            DefaultMQPushConsumer consumer = TraceScenarios.consumer(clients, env.name("TG"));
            Received received = new Received();
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();

            String sent = producer.send(Clients.tagged(topic, "TagT", "sent")).getMsgId();
            String paid = payer.sendMessageInTransaction(
                            Clients.tagged(topic, "TagT", "paid"), LocalTransactionState.COMMIT_MESSAGE)
                    .getMsgId();
            received.awaitBodies(List.of("sent", "paid"));

            Files.write(ids(env.scratch()), List.of(sent, paid));
        }
    }

    public static Path ids(Path scratch) {
        return scratch.resolve(IDS);
    }
}
