package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;

/** Clients that know nothing of receipts, in a group that takes messages. Owner: the thread that runs it. */
public final class PopMixScenarios {

    private static final int SET_MODE = 401;
    private static final long TIMEOUT_MS = 10_000;

    public void anOlderClientGoesOnPulling(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("popold");
            String group = env.name("popoldG");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(group);
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();
            for (MessageQueue queue : queues) {
                Clients.sendInOrder(producer, queue, "before" + queue.getQueueId(), 10);
            }
            received.await(messages -> messages.size() >= 20);

            RemotingCommand request = RemotingCommand.createRequestCommand(SET_MODE, null);
            request.setBody(("{\"consumerGroup\":\"" + group + "\",\"mode\":\"POP\",\"popShareQueueNum\":0,\"topic\":\""
                            + topic + "\"}")
                    .getBytes(StandardCharsets.UTF_8));
            RemotingCommand answer = producer.getDefaultMQProducerImpl()
                    .getmQClientFactory()
                    .getMQClientAPIImpl()
                    .getRemotingClient()
                    .invokeSync(env.servers().brokerAddress(), request, TIMEOUT_MS);
            for (MessageQueue queue : queues) {
                Clients.sendInOrder(producer, queue, "after" + queue.getQueueId(), 10);
            }

            assertThat(answer.getCode()).isZero();
            received.await(messages -> messages.size() >= 40);
            assertThat(received.bodies()).doesNotHaveDuplicates();
        }
    }
}
