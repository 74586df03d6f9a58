package dev.millrace.bench.rocketmq;

import dev.millrace.bench.load.Arrivals;
import dev.millrace.bench.load.LoadTarget;
import dev.millrace.bench.load.SendDone;
import dev.millrace.bench.load.TargetSettings;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.jspecify.annotations.Nullable;

/**
 * Apache RocketMQ's client: one producer, one push consumer, defaults. Batching fills one batch message per queue,
 * since a batch of theirs belongs to one queue.
 *
 * <p>Owner: the driver; the producer is thread-safe, batches belong to the one sending thread.
 */
public final class RocketMqTarget implements LoadTarget {
    private static final String TEMPLATE_TOPIC = "TBW102";
    private static final int SEND_TIMEOUT_MS = 30_000;
    private static final long ROUTE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long ROUTE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final DefaultMQProducer producer = new DefaultMQProducer("bench-producer");
    private @Nullable DefaultMQPushConsumer consumer;
    private List<MessageQueue> queues = List.of();
    private List<QueueBatch> batches = List.of();
    private String topic = "";

    @Override
    public void open(TargetSettings settings) throws Exception {
        topic = settings.topic();
        producer.setNamesrvAddr(settings.address());
        producer.setSendMsgTimeout(SEND_TIMEOUT_MS);
        producer.start();
        createTopic(settings.queueCount());
        queues = awaitQueues(settings.queueCount());
        if (settings.isBatching()) {
            batches = queues.stream()
                    .map(queue -> new QueueBatch(producer, queue))
                    .toList();
        }
    }

    @Override
    public void send(int queue, byte[] body) throws Exception {
        var message = new Message(topic, body);
        if (queue == ANY_QUEUE) {
            producer.send(message);
        } else {
            producer.send(message, queues.get(queue));
        }
    }

    @Override
    public void sendAsync(int queue, byte[] body, SendDone done) throws Exception {
        var message = new Message(topic, body);
        if (!batches.isEmpty()) {
            batches.get(Math.max(0, queue)).add(message, done);
        } else if (queue == ANY_QUEUE) {
            producer.send(message, callback(done));
        } else {
            producer.send(message, queues.get(queue), callback(done));
        }
    }

    @Override
    public void flush() throws Exception {
        for (var batch : batches) {
            batch.flush();
        }
    }

    @Override
    public void startDrain(Arrivals arrivals) throws Exception {
        consumer = new DefaultMQPushConsumer("drain-" + UUID.randomUUID());
        consumer.setNamesrvAddr(producer.getNamesrvAddr());
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            arrivals.arrived(messages.size());
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
    }

    @Override
    public void close() {
        producer.shutdown();
        if (consumer != null) {
            consumer.shutdown();
        }
    }

    static SendCallback callback(SendDone done) {
        return new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
                done.done(null);
            }

            @Override
            public void onException(Throwable failure) {
                done.done(failure);
            }
        };
    }

    // The broker registers itself some seconds after its start.
    @SuppressWarnings("deprecation") // the admin tool would need another process for one request
    private void createTopic(int queueCount) throws MQClientException {
        long deadline = System.nanoTime() + ROUTE_TIMEOUT_NANOS;
        while (true) {
            try {
                producer.createTopic(TEMPLATE_TOPIC, topic, queueCount, Map.of());
                return;
            } catch (MQClientException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(ROUTE_POLL_NANOS);
            }
        }
    }

    private List<MessageQueue> awaitQueues(int queueCount) throws MQClientException {
        long deadline = System.nanoTime() + ROUTE_TIMEOUT_NANOS;
        while (true) {
            try {
                var found = producer.fetchPublishMessageQueues(topic);
                if (found.size() == queueCount) {
                    return found;
                }
            } catch (MQClientException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("topic " + topic + " never got its " + queueCount + " queues");
            }
            LockSupport.parkNanos(ROUTE_POLL_NANOS);
        }
    }
}
