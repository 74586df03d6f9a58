package dev.millrace.protocol.body;

import org.jspecify.annotations.Nullable;

/**
 * How a consumer group consumes a topic.
 *
 * @param mode null counts as {@code PULL}
 * @param popShareQueueNum in mode POP: how many neighbours' queues a client consumes too; 0: all queues
 */
public record RequestMode(String consumerGroup, @Nullable Kind mode, int popShareQueueNum, String topic) {

    /** Who decides what is read: the client, or the broker. */
    public enum Kind {
        PULL,
        POP
    }

    public Kind kind() {
        return mode == null ? Kind.PULL : mode;
    }
}
