package dev.millrace.bench;

import dev.millrace.client.ClientException;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.admin.Admin;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Where the queues of a topic end, asked of any broker that speaks RocketMQ's protocol. Thread-safe: stateless. */
final class QueueEnds {
    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();

    private QueueEnds() {}

    /**
     * Waits until the queues' ends sum up to {@code expected}.
     *
     * @return the sum when it did, or when the time was over; -1 if the broker never told
     */
    static long await(String nameServers, String topic, long expected, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try (var client = MillraceClient.builder().namesrv(nameServers).build()) {
            var admin = Admin.of(client);
            long sum = sum(admin, topic);
            while (sum != expected && System.nanoTime() < deadline) {
                LockSupport.parkNanos(POLL_NANOS);
                sum = sum(admin, topic);
            }
            return sum;
        }
    }

    private static long sum(Admin admin, String topic) {
        try {
            return admin.describeTopic(topic).stream()
                    .flatMap(description -> description.brokers().stream())
                    .flatMap(broker -> broker.queues().stream())
                    .mapToLong(queue -> queue.endOffset())
                    .sum();
        } catch (ClientException notYet) {
            return -1;
        }
    }
}
