package dev.millrace.e2e.scenario;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.TimedPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;

/** The published client with delivery times. Owner: the test that made it. */
public final class RocketMqTimedPeer implements TimedPeer {
    private static final int THREADS = 8;

    private final Environment environment;
    private final Clients clients;

    public RocketMqTimedPeer(Environment environment) {
        this.environment = environment;
        this.clients = new Clients(environment);
    }

    @Override
    public void send(String topic, int from, int end, IntToLongFunction dueMs) throws Exception {
        DefaultMQProducer producer = clients.producer();
        AtomicInteger next = new AtomicInteger(from);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> senders = new ArrayList<>();
            for (int index = 0; index < THREADS; index++) {
                senders.add(threads.submit(() -> {
                    for (int number = next.getAndIncrement(); number < end; number = next.getAndIncrement()) {
                        long due = dueMs.applyAsLong(number);
                        producer.send(TimerScenarios.timed(topic, String.valueOf(number), "TIMER_DELIVER_MS", due));
                    }
                    return null;
                }));
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
        }
    }

    @Override
    public void receive(String topic, Consumer<Delivery> sink) throws Exception {
        DefaultMQPushConsumer consumer = clients.pushConsumer(environment.name("G"));
        consumer.subscribe(topic, "*");
        consumer.setConsumeMessageBatchMaxSize(32);
        MessageListenerConcurrently listener = (batch, context) -> {
            for (MessageExt message : batch) {
                String place = message.getQueueId() + "@" + message.getQueueOffset();
                sink.accept(new Delivery(Integer.parseInt(Clients.body(message)), place, message.getStoreTimestamp()));
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        };
        consumer.registerMessageListener(listener);
        consumer.start();
    }

    @Override
    public void close() {
        clients.close();
    }
}
