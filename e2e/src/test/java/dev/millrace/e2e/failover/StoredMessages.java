package dev.millrace.e2e.failover;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TopicQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a topic holds. Thread-safe: stateless. */
public final class StoredMessages {
    private static final Duration POLL_MAX = Duration.ofSeconds(1);
    private static final int TRIES_MAX = 60;

    private StoredMessages() {}

    /** The bodies of all messages, in the order of their queues. */
    public static List<String> read(MillraceClient client, String topic) {
        List<String> bodies = new ArrayList<>();
        try (PullConsumer consumer =
                client.pullConsumer("readers").startFrom(StartFrom.FIRST).build()) {
            List<TopicQueue> queues = consumer.queues(topic);
            consumer.assign(queues);
            for (int empty = 0; empty < TRIES_MAX; ) {
                List<ReceivedMessage> found = consumer.poll(POLL_MAX);
                found.forEach(message -> bodies.add(new String(message.body(), UTF_8)));
                boolean isAtEnd =
                        queues.stream().allMatch(queue -> consumer.position(queue) >= consumer.endOffset(queue));
                if (found.isEmpty() && isAtEnd) {
                    return bodies;
                }
                empty += found.isEmpty() ? 1 : 0;
            }
        }
        throw new AssertionError("queues of " + topic + " could not be read to their ends; " + bodies.size() + " read");
    }
}
