package dev.millrace.bench.kafka;

import dev.millrace.cli.load.Arrivals;
import dev.millrace.cli.load.Labels;
import dev.millrace.cli.load.LoadTarget;
import dev.millrace.cli.load.SendDone;
import dev.millrace.cli.load.TargetSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Apache Kafka's client: one producer with the settings of their ProducerPerformance and {@code acks=1}, one consumer.
 * Without batching the producer sends every record at once in a request of its own. Tuned, the consumer takes
 * 10,000 records a poll.
 *
 * <p>Owner: the driver; the producer is thread-safe, the consumer belongs to the drain thread.
 */
public final class KafkaTarget implements LoadTarget {
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);
    private static final long TOPIC_TIMEOUT_S = 300;
    private static final long LEADER_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final String POLL_RECORDS_TUNED = "10000";
    private static final int PARTITIONS_PER_REQUEST_MAX = 2_000;
    private static final int REPLICATION_FACTOR = 1;

    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private String address = "";
    private String topic = "";
    private boolean isConsumerTuned;
    private @Nullable Labels labels;
    private volatile boolean isClosed;

    @Override
    public void open(TargetSettings settings) throws Exception {
        address = settings.address();
        topic = settings.topic();
        isConsumerTuned = settings.isConsumerTuned();
        labels = settings.isLabelled() ? new Labels() : null;
        try (var admin = Admin.create(Map.of("bootstrap.servers", address))) {
            createTopic(admin, settings.queueCount());
        }
        var properties = new Properties();
        properties.put("bootstrap.servers", address);
        properties.put("acks", "1");
        if (!settings.isBatching()) {
            properties.put("linger.ms", "0");
            properties.put("batch.size", "0");
        }
        producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        awaitLeaders(producer, settings.queueCount());
    }

    // One request makes no more than so many partitions.
    private void createTopic(Admin admin, int partitionCount) throws Exception {
        int timeoutMs = (int) TimeUnit.SECONDS.toMillis(TOPIC_TIMEOUT_S);
        int made = Math.min(partitionCount, PARTITIONS_PER_REQUEST_MAX);
        var newTopic = new NewTopic(topic, made, (short) REPLICATION_FACTOR);
        admin.createTopics(List.of(newTopic), new CreateTopicsOptions().timeoutMs(timeoutMs))
                .all()
                .get(TOPIC_TIMEOUT_S, TimeUnit.SECONDS);
        while (made < partitionCount) {
            made = Math.min(partitionCount, made + PARTITIONS_PER_REQUEST_MAX);
            var more = Map.of(topic, NewPartitions.increaseTo(made));
            admin.createPartitions(more, new CreatePartitionsOptions().timeoutMs(timeoutMs))
                    .all()
                    .get(TOPIC_TIMEOUT_S, TimeUnit.SECONDS);
        }
    }

    // The broker makes thousands of partitions some time after it has promised them.
    private void awaitLeaders(KafkaProducer<byte[], byte[]> opened, int partitionCount) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TOPIC_TIMEOUT_S);
        long ready = 0;
        while (ready < partitionCount) {
            ready = opened.partitionsFor(topic).stream()
                    .filter(partition -> partition.leader() != null)
                    .count();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("only " + ready + " of " + partitionCount
                        + " partitions have a leader after " + TOPIC_TIMEOUT_S + " s");
            }
            LockSupport.parkNanos(LEADER_POLL_NANOS);
        }
    }

    @Override
    public void send(int queue, byte[] body) throws Exception {
        opened().send(record(queue, body)).get();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the callback is told
    public void sendAsync(int queue, byte[] body, SendDone done) {
        opened().send(record(queue, body), (metadata, failure) -> done.done(failure));
    }

    @Override
    public void flush() {
        // The producer sends by its own linger time; nothing is held back for ever.
    }

    @Override
    public void startDrain(Arrivals arrivals) {
        Thread.ofPlatform().daemon().name("drain").start(() -> drain(arrivals));
    }

    @Override
    public void close() {
        isClosed = true;
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
    }

    private void drain(Arrivals arrivals) {
        var properties = new Properties();
        properties.put("bootstrap.servers", address);
        properties.put("group.id", "drain-" + UUID.randomUUID());
        properties.put("auto.offset.reset", "earliest");
        if (isConsumerTuned) {
            properties.put("max.poll.records", POLL_RECORDS_TUNED);
        }
        try (var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (!isClosed) {
                arrivals.arrived(consumer.poll(POLL_TIMEOUT).count());
            }
        }
    }

    private ProducerRecord<byte[], byte[]> record(int queue, byte[] body) {
        byte[] key = labels == null ? null : Labels.key(labels.next()).getBytes(StandardCharsets.US_ASCII);
        return new ProducerRecord<>(topic, queue == ANY_QUEUE ? null : queue, key, body);
    }

    private KafkaProducer<byte[], byte[]> opened() {
        if (producer == null) {
            throw new IllegalStateException("send before open");
        }
        return producer;
    }
}
