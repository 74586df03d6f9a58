package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** What clients keep when the broker is killed. Each scenario has servers of its own. Owner: the thread that runs it. */
public final class RestartScenarios {

    private static final int QUEUE_COUNT = 4;
    private static final int ACKNOWLEDGED_PER_ROUND = 200;

    /** Kills and restarts the broker under load; the number of rounds is {@code e2e.kill-rounds} if set. */
    public void losesNothingAcknowledgedToKills(Environment env) throws Exception {
        int rounds = Integer.getInteger("e2e.kill-rounds", env.servers().killRounds());
        try (Clients clients = new Clients(env)) {
            String topic = env.name("kill");
            DefaultMQProducer producer = clients.newProducer();
            producer.setRetryTimesWhenSendFailed(0);
            producer.start();
            List<MessageQueue> queues = clients.createTopic(producer, topic, QUEUE_COUNT);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();
            DefaultMQPullConsumer reader = clients.pullConsumer(env.name("R"));
            reader.start();

            List<Acknowledged> all = new ArrayList<>();
            try (Senders senders = new Senders(producer, queues)) {
                for (int round = 0; round < rounds; round++) {
                    senders.awaitMore(ACKNOWLEDGED_PER_ROUND);
                    env.servers().killBroker();
                    env.servers().restartBroker();
                    List<Acknowledged> ofRound = senders.takeAcknowledged();
                    assertStored(reader, ofRound);
                    all.addAll(ofRound);
                }
                senders.awaitMore(ACKNOWLEDGED_PER_ROUND);
                senders.stop();
                all.addAll(senders.takeAcknowledged());
            }

            assertStored(reader, all);
            received.awaitAtLeast(all.stream().map(Acknowledged::body).toList());
        }
    }

    /** A stop as an operator does it, once, with an ordinary producer that retries. */
    public void goesOnAfterACleanRestart(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("restart");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 1);
            Received received = new Received();
            DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
            consumer.subscribe(topic, "*");
            received.listenConcurrently(consumer);
            consumer.start();
            Clients.sendInOrder(producer, queues.getFirst(), "before", 20);
            received.awaitBodies(Clients.bodies("before", 20));
            Clients.awaitStored(consumer, queues, 20);
            consumer.shutdown();

            env.servers().stopBroker();
            env.servers().restartBroker();
            Clients.sendInOrder(producer, queues.getFirst(), "after", 20);

            Received next = new Received();
            DefaultMQPushConsumer again = clients.pushConsumer(env.name("G"));
            again.subscribe(topic, "*");
            next.listenConcurrently(again);
            again.start();
            next.awaitBodies(Clients.bodies("after", 20));
            assertThat(producer.maxOffset(queues.getFirst())).isEqualTo(40);
        }
    }

    /** Every acknowledged message stands at the offset its acknowledgement named. */
    private static void assertStored(DefaultMQPullConsumer reader, List<Acknowledged> acknowledged) throws Exception {
        assertThat(acknowledged).isNotEmpty();
        for (MessageQueue queue :
                acknowledged.stream().map(Acknowledged::queue).distinct().toList()) {
            List<Acknowledged> ofQueue = acknowledged.stream()
                    .filter(each -> each.queue().equals(queue))
                    .toList();
            long first = ofQueue.getFirst().offset();
            PullScenarios.awaitReadable(reader, queue, ofQueue.getLast().offset() + 1);
            List<MessageExt> stored = PullScenarios.pullFrom(reader, queue, first);
            assertThat(ofQueue).allSatisfy(each -> {
                int index = Math.toIntExact(each.offset() - first);
                assertThat(index).isBetween(0, stored.size() - 1);
                assertThat(Clients.body(stored.get(index))).isEqualTo(each.body());
            });
        }
    }
}
