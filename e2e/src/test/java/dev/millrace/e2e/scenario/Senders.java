package dev.millrace.e2e.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.exception.RemotingException;
import org.awaitility.Awaitility;

/** A thread for each queue that sends without end and notes what was acknowledged. Owner: the scenario; one lock. */
final class Senders implements AutoCloseable {

    private static final Duration WAIT_MAX = Duration.ofSeconds(60);
    private static final int SEND_TIMEOUT_MS = 3_000;
    private static final int PAUSE_AFTER_FAILURE_MS = 20;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final DefaultMQProducer producer;
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private long acknowledgedCount;
    private volatile boolean isStopped;

    /** Opened at the end only: waiting for it is the pause after a failed send. */
    private final CountDownLatch paused = new CountDownLatch(1);

    Senders(DefaultMQProducer producer, List<MessageQueue> queues) {
        this.producer = producer;
        queues.forEach(queue -> threads.execute(() -> sendWithoutEnd(queue)));
    }

    private void sendWithoutEnd(MessageQueue queue) {
        try {
            for (int number = 0; !isStopped; number++) {
                send(queue, "q" + queue.getQueueId() + "-" + number);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(MessageQueue queue, String body) throws InterruptedException {
        try {
            SendResult result = producer.send(Clients.message(queue.getTopic(), body), queue, SEND_TIMEOUT_MS);
            if (result.getSendStatus() == SendStatus.SEND_OK) {
                note(new Acknowledged(queue, result.getQueueOffset(), body));
            }
        } catch (MQClientException | MQBrokerException | RemotingException e) {
            // The broker is away: not acknowledged, so nothing is promised.
            if (paused.await(PAUSE_AFTER_FAILURE_MS, TimeUnit.MILLISECONDS)) {
                isStopped = true;
            }
        }
    }

    private synchronized void note(Acknowledged message) {
        acknowledged.add(message);
        acknowledgedCount++;
    }

    private synchronized long count() {
        return acknowledgedCount;
    }

    /** Waits until {@code more} further messages were acknowledged. */
    void awaitMore(int more) {
        long goal = count() + more;
        Awaitility.await().atMost(WAIT_MAX).pollInterval(Duration.ofMillis(5)).until(() -> count() >= goal);
    }

    /** What was acknowledged since the last call, in order within a queue. */
    synchronized List<Acknowledged> takeAcknowledged() {
        List<Acknowledged> taken = List.copyOf(acknowledged);
        acknowledged.clear();
        return taken;
    }

    /** Ends the threads after their current send. */
    void stop() throws InterruptedException {
        isStopped = true;
        threads.shutdown();
        if (!threads.awaitTermination(WAIT_MAX.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("senders did not end in " + WAIT_MAX);
        }
    }

    @Override
    public void close() {
        isStopped = true;
        paused.countDown();
        threads.shutdownNow();
    }
}
