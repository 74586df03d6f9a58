package dev.millrace.cli.load;

import dev.millrace.client.BatchListener;
import dev.millrace.client.Batching;
import dev.millrace.client.ClientException;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.GroupSpec;
import dev.millrace.client.admin.TopicSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Our own client: one producer with its defaults, one consumer. Tuned, its listener takes 256 messages a call.
 *
 * <p>Owner: the driver; the producer is thread-safe.
 */
public final class MillraceTarget implements LoadTarget {
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(30);
    /** The driver itself bounds what is unanswered. */
    private static final long BUFFER_BYTES_MAX = 512L * 1024 * 1024;

    private static final int LISTENER_COUNT_MAX = 256;
    private static final long ROUTE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long ROUTE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Map<String, String> topicAttributes;
    private final UnaryOperator<BatchListener> protection;
    private @Nullable MillraceClient client;
    private @Nullable Producer producer;
    private QueueChoice[] choices = {};
    private String topic = "";
    private boolean isConsumerTuned;
    private @Nullable Labels labels;
    private @Nullable Consumer consumer;
    private @Nullable String group;

    /** A plain topic and a plain listener. */
    public MillraceTarget() {
        this(Map.of(), UnaryOperator.identity());
    }

    /**
     * @param topicAttributes of the topic that it creates
     * @param protection is put around its listener, such as one that leaves repeated messages out
     */
    public MillraceTarget(Map<String, String> topicAttributes, UnaryOperator<BatchListener> protection) {
        this.topicAttributes = Map.copyOf(topicAttributes);
        this.protection = protection;
    }

    @Override
    public void open(TargetSettings settings) {
        topic = settings.topic();
        isConsumerTuned = settings.isConsumerTuned();
        labels = settings.isLabelled() ? new Labels() : null;
        MillraceClient opened =
                MillraceClient.builder().namesrv(settings.address()).build();
        client = opened;
        Producer.Builder builder = opened.producer().sendTimeout(SEND_TIMEOUT).bufferBytesMax(BUFFER_BYTES_MAX);
        if (settings.isBatching()) {
            builder.batching(Batching.defaults());
        }
        Producer built = builder.build();
        producer = built;
        choices = awaitQueues(Admin.of(opened), built, settings.queueCount()).stream()
                .map(QueueChoice::of)
                .toArray(QueueChoice[]::new);
    }

    // The broker registers itself some time after its start, the topic after its creation.
    private List<TopicQueue> awaitQueues(Admin admin, Producer sender, int queueCount) {
        long deadline = System.nanoTime() + ROUTE_TIMEOUT_NANOS;
        List<TopicQueue> queues = queues(admin, sender, queueCount);
        while (queues.size() < queueCount) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("topic " + topic + " never got its " + queueCount + " queues");
            }
            LockSupport.parkNanos(ROUTE_POLL_NANOS);
            queues = queues(admin, sender, queueCount);
        }
        return queues;
    }

    /** The queues, as far as they are routed; none while the broker is not. */
    private List<TopicQueue> queues(Admin admin, Producer sender, int queueCount) {
        try {
            if (admin.describeTopic(topic).isEmpty()) {
                admin.createTopic(TopicSpec.of(topic, queueCount).withAttributes(topicAttributes));
            }
            return admin.describeTopic(topic).isPresent() ? sender.queues(topic) : List.of();
        } catch (ClientException notYet) {
            return List.of();
        }
    }

    private Producer producer() {
        if (producer == null) {
            throw new IllegalStateException("not open");
        }
        return producer;
    }

    private QueueChoice choice(int queue) {
        return queue == ANY_QUEUE ? QueueChoice.any() : choices[queue];
    }

    private Message message(byte[] body) {
        Message plain = Message.of(topic, body);
        if (labels == null) {
            return plain;
        }
        long number = labels.next();
        return plain.withTag(Labels.tag(number)).withKey(Labels.key(number));
    }

    @Override
    public void send(int queue, byte[] body) {
        producer().send(message(body), choice(queue));
    }

    @Override
    public void sendAsync(int queue, byte[] body, SendDone done) {
        producer().sendAsync(message(body), choice(queue)).whenComplete((result, failure) -> done.done(failure));
    }

    @Override
    public void flush() {
        producer().flush();
    }

    @Override
    public void startDrain(Arrivals arrivals) {
        if (client == null) {
            throw new IllegalStateException("not open");
        }
        String ownGroup = "drain-" + UUID.randomUUID();
        Admin.of(client).createGroup(GroupSpec.of(ownGroup));
        group = ownGroup;
        Consumer.Builder builder =
                client.consumer(ownGroup).subscribe(topic, Filter.ALL).startFrom(StartFrom.FIRST);
        consumer = builder.listener(isConsumerTuned ? LISTENER_COUNT_MAX : 1, protection.apply(messages -> {
                    arrivals.arrived(messages.size());
                    return ConsumeResult.SUCCESS;
                }))
                .start();
    }

    @Override
    public void close() {
        if (client == null) {
            return;
        }
        try (MillraceClient ending = client) {
            if (consumer != null) {
                consumer.close();
            }
            if (group != null) {
                Admin.of(ending).deleteGroup(group);
            }
        }
    }
}
