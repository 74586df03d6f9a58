package dev.millrace.bench.rocketmq;

import dev.millrace.cli.load.Arrivals;
import dev.millrace.cli.load.Labels;
import dev.millrace.cli.load.LoadTarget;
import dev.millrace.cli.load.SendDone;
import dev.millrace.cli.load.TargetSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.jspecify.annotations.Nullable;

/**
 * Apache RocketMQ's client: one producer with its defaults, one push consumer. Batching fills one batch message
 * per queue, since a batch of theirs belongs to one queue.
 *
 * <p>Owner: the driver; the producer is thread-safe, batches belong to the one sending thread.
 */
public final class RocketMqTarget implements LoadTarget {
    private static final String TEMPLATE_TOPIC = "TBW102";
    private static final int SEND_TIMEOUT_MS = 30_000;
    private static final int REFUSED_COUNT_MAX = 50;
    private static final int PULL_BATCH_SIZE = 1_024;
    private static final int LISTENER_COUNT_MAX = 256;
    private static final int QUEUE_COUNT_MAX = 65_535;
    private static final int QUEUE_MEBIBYTES_MAX = 64;
    private static final long ROUTE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long ROUTE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final DefaultMQProducer producer = new DefaultMQProducer("bench-producer");
    private @Nullable DefaultMQPushConsumer consumer;
    private List<MessageQueue> queues = List.of();
    private @Nullable QueueBatches batches;
    private boolean isConsumerTuned;
    private @Nullable Labels labels;
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
            batches = QueueBatches.of(producer, queues, settings);
        }
        isConsumerTuned = settings.isConsumerTuned();
        labels = settings.isLabelled() ? new Labels() : null;
    }

    private Message message(byte[] body) {
        if (labels == null) {
            return new Message(topic, body);
        }
        long number = labels.next();
        return new Message(topic, Labels.tag(number), Labels.key(number), body);
    }

    @Override
    public void send(int queue, byte[] body) throws Exception {
        var message = message(body);
        if (queue == ANY_QUEUE) {
            producer.send(message);
        } else {
            producer.send(message, queues.get(queue));
        }
    }

    @Override
    public void sendAsync(int queue, byte[] body, SendDone done) throws Exception {
        var message = message(body);
        if (batches != null) {
            batches.add(Math.max(0, queue), message, done);
        } else if (queue == ANY_QUEUE) {
            producer.send(message, callback(done));
        } else {
            producer.send(message, queues.get(queue), callback(done));
        }
    }

    @Override
    public void flush() throws Exception {
        if (batches != null) {
            batches.flush();
        }
    }

    // A batch of theirs belongs to one queue.
    @Override
    public int fill(int firstQueue, int queueCount, List<byte[]> bodies) throws Exception {
        var ofQueues = new TreeMap<Integer, List<Message>>();
        for (int i = 0; i < bodies.size(); i++) {
            ofQueues.computeIfAbsent((firstQueue + i) % queueCount, queue -> new ArrayList<>())
                    .add(message(bodies.get(i)));
        }
        int refusedCount = 0;
        for (var batch : ofQueues.entrySet()) {
            refusedCount += sendUntilTaken(batch.getValue(), queues.get(batch.getKey()));
        }
        return refusedCount;
    }

    // What the broker refuses as busy is not stored: only that batch goes again.
    private int sendUntilTaken(List<Message> messages, MessageQueue queue) throws Exception {
        int refusedCount = 0;
        while (true) {
            try {
                var result = producer.send(messages, queue);
                if (result.getSendStatus() != SendStatus.SEND_OK) {
                    throw new IllegalStateException("a batch was answered with " + result.getSendStatus());
                }
                return refusedCount;
            } catch (MQBrokerException e) {
                refusedCount++;
                if (e.getResponseCode() != ResponseCode.SYSTEM_BUSY || refusedCount > REFUSED_COUNT_MAX) {
                    throw e;
                }
                LockSupport.parkNanos(ROUTE_POLL_NANOS);
            }
        }
    }

    @Override
    public void startDrain(Arrivals arrivals) throws Exception {
        consumer = new DefaultMQPushConsumer("drain-" + UUID.randomUUID());
        consumer.setNamesrvAddr(producer.getNamesrvAddr());
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(topic, "*");
        if (isConsumerTuned) {
            tune(consumer);
        }
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

    // Without the last three the client stops pulling for 50 ms whenever 1,000 messages of a queue wait.
    private static void tune(DefaultMQPushConsumer consumer) {
        consumer.setPullBatchSize(PULL_BATCH_SIZE);
        consumer.setConsumeMessageBatchMaxSize(LISTENER_COUNT_MAX);
        consumer.setPullThresholdForQueue(QUEUE_COUNT_MAX);
        consumer.setConsumeConcurrentlyMaxSpan(QUEUE_COUNT_MAX);
        consumer.setPullThresholdSizeForQueue(QUEUE_MEBIBYTES_MAX);
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
