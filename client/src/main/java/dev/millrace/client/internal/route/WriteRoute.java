package dev.millrace.client.internal.route;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.TopicQueue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The queues of one topic that can be written, sorted by broker and queue id. Immutable. {@code // hot path}: choosing
 * allocates nothing.
 */
public final class WriteRoute {
    /** One pick in this many looks at a slow broker again. */
    private static final int PROBE_EVERY = 32;

    private final String topic;
    private final byte[] topicBytes;
    private final WriteQueue[] queues;
    private final List<WriteQueue> list;
    private final boolean isOneBroker;

    WriteRoute(String topic, List<WriteQueue> queues) {
        this.topic = topic;
        this.topicBytes = topic.getBytes(StandardCharsets.UTF_8);
        this.queues = queues.toArray(new WriteQueue[0]);
        this.list = List.copyOf(queues);
        this.isOneBroker =
                queues.stream().map(queue -> queue.queue().broker()).distinct().count() <= 1;
    }

    public String topic() {
        return topic;
    }

    public byte[] topicBytes() {
        return topicBytes;
    }

    public List<WriteQueue> queues() {
        return list;
    }

    public boolean isOneBroker() {
        return isOneBroker;
    }

    /**
     * The queue for a message.
     *
     * @param turn a number that grows with each message
     * @param notBroker name of a broker to avoid if there is another, or null
     */
    public WriteQueue choose(QueueChoice choice, int turn, long nowNanos, @Nullable String notBroker) {
        if (choice.isAny()) {
            return isOneBroker ? queues[(turn & Integer.MAX_VALUE) % queues.length] : spread(turn, nowNanos, notBroker);
        }
        TopicQueue wanted = choice.queue();
        if (wanted == null) {
            return queues[choice.indexOf(queues.length)];
        }
        int guess = wanted.queueId();
        if (guess >= 0 && guess < queues.length && queues[guess].queue().equals(wanted)) {
            return queues[guess];
        }
        for (WriteQueue queue : queues) {
            if (queue.queue().equals(wanted)) {
                return queue;
            }
        }
        throw new ClientException(
                ErrorCode.NO_ROUTE,
                "queue " + wanted + " can't be written now; its broker has no master, or it is gone");
    }

    private WriteQueue spread(int turn, long nowNanos, @Nullable String notBroker) {
        int start = (turn & Integer.MAX_VALUE) % queues.length;
        boolean isProbe = turn % PROBE_EVERY == 0;
        long best = isProbe ? Long.MAX_VALUE / 8 : bestLatency(nowNanos);
        WriteQueue second = null;
        for (int i = 0; i < queues.length; i++) {
            WriteQueue queue = queues[(start + i) % queues.length];
            if (queue.queue().broker().equals(notBroker)) {
                continue;
            }
            if (!queue.health().isAvoided(nowNanos)) {
                if (!queue.health().isSlowBeside(best)) {
                    return queue;
                }
                second = second == null ? queue : second;
            }
        }
        return second == null ? other(start, notBroker) : second;
    }

    private WriteQueue other(int start, @Nullable String notBroker) {
        for (int i = 0; i < queues.length; i++) {
            WriteQueue queue = queues[(start + i) % queues.length];
            if (!queue.queue().broker().equals(notBroker)) {
                return queue;
            }
        }
        return queues[start];
    }

    private long bestLatency(long nowNanos) {
        long best = Long.MAX_VALUE / 8;
        BrokerHealth last = null;
        for (WriteQueue queue : queues) {
            if (queue.health() != last) {
                last = queue.health();
                if (!last.isAvoided(nowNanos)) {
                    best = Math.min(best, last.latencyNanos());
                }
            }
        }
        return best;
    }
}
