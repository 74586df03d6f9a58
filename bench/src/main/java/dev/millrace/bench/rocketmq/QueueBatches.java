package dev.millrace.bench.rocketmq;

import dev.millrace.cli.load.SendDone;
import dev.millrace.cli.load.TargetSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * Collects messages until they fill a batch of their queue, and sends batches while few enough are under way: more would
 * only wait in the broker, which refuses what waits for 200 ms. Owner: the sending thread.
 */
final class QueueBatches {
    private static final int MESSAGE_COUNT_MAX = 64;
    private static final int IN_FLIGHT_MAX = 64;
    private static final long IN_FLIGHT_TIMEOUT_S = 60;
    private static final long PACED_LINGER_NANOS = Duration.ofMillis(5).toNanos();

    private final DefaultMQProducer producer;
    private final List<Batch> batches = new ArrayList<>();
    /** Batches with messages in the order of their first one, and some that are empty again; only if paced. */
    private final ArrayDeque<Batch> open = new ArrayDeque<>();

    private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
    private final int messageCountMax;
    private final boolean isPaced;

    private QueueBatches(DefaultMQProducer producer, int messageCountMax, boolean isPaced) {
        this.producer = producer;
        this.messageCountMax = messageCountMax;
        this.isPaced = isPaced;
    }

    /** Batches become full before the driver's unanswered messages run out, however many queues there are. */
    static QueueBatches of(DefaultMQProducer producer, List<MessageQueue> queues, TargetSettings settings) {
        int countMax = Math.clamp(settings.unansweredMax() / 2 / queues.size(), 1, MESSAGE_COUNT_MAX);
        var all = new QueueBatches(producer, countMax, settings.isPaced());
        queues.forEach(queue -> all.batches.add(new Batch(queue)));
        return all;
    }

    void add(int queue, Message message, SendDone done) throws Exception {
        var batch = batches.get(queue);
        long now = System.nanoTime();
        if (isPaced && batch.messages.isEmpty()) {
            batch.sinceNanos = now;
            open.add(batch);
        }
        batch.messages.add(message);
        batch.dones.add(done);
        if (batch.messages.size() >= messageCountMax) {
            send(batch);
        }
        while (!open.isEmpty() && open.getFirst().isOver(now)) {
            send(open.removeFirst());
        }
    }

    void flush() throws Exception {
        open.clear();
        for (var batch : batches) {
            send(batch);
        }
    }

    private void send(Batch batch) throws Exception {
        if (batch.messages.isEmpty()) {
            return;
        }
        var messages = batch.messages;
        var dones = batch.dones;
        batch.messages = new ArrayList<>(messageCountMax);
        batch.dones = new ArrayList<>(messageCountMax);
        if (!inFlight.tryAcquire(IN_FLIGHT_TIMEOUT_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "none of " + IN_FLIGHT_MAX + " batches was answered within " + IN_FLIGHT_TIMEOUT_S + " s");
        }
        producer.send(messages, batch.queue, RocketMqTarget.callback(failure -> {
            inFlight.release();
            for (var done : dones) {
                done.done(failure);
            }
        }));
    }

    /** What waits for one queue. Owner: the sending thread. */
    private static final class Batch {
        private final MessageQueue queue;
        private List<Message> messages = new ArrayList<>();
        private List<SendDone> dones = new ArrayList<>();
        private long sinceNanos;

        Batch(MessageQueue queue) {
            this.queue = queue;
        }

        boolean isOver(long nowNanos) {
            return messages.isEmpty() || nowNanos - sinceNanos > PACED_LINGER_NANOS;
        }
    }
}
