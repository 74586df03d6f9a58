package dev.millrace.e2e.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.e2e.client.Environment;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/** Prepares what the command-line tools are asked about. Owner: the thread that runs it. */
public final class ToolScenarios {

    public void sendsTenAndConsumesSix(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = new MessageQueue(env.name("tools"), "e2e-broker-a", 0);
            for (int index = 0; index < 10; index++) {
                byte[] body = ("tool-" + index).getBytes(UTF_8);
                producer.send(new Message(queue.getTopic(), "T", "tool-key-" + index, body), queue);
            }
            DefaultMQPullConsumer consumer = clients.pullConsumer("tools-group");
            consumer.start();
            Clients.commit(consumer, queue, 6);
        }
    }
}
