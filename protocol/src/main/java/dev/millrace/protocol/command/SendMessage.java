package dev.millrace.protocol.command;

import java.nio.ByteBuffer;

/**
 * Stores one message, or with {@code isBatch} several of one queue.
 *
 * <p>Holds views: {@code properties} and {@code body} are valid until the handler of the frame returns.
 *
 * @param queueId below 0: the broker picks one
 * @param properties the block of {@link dev.millrace.protocol.message.MessageProperties}
 * @param body the message's body, or a batch body
 */
public record SendMessage(
        String producerGroup,
        String topic,
        int queueId,
        Template template,
        Origin origin,
        Retry retry,
        boolean isBatch,
        ByteBuffer properties,
        ByteBuffer body)
        implements BrokerRequest {

    /** What an unknown topic is created from: the topic whose permission it inherits, and how many queues it gets. */
    public record Template(String topic, int queueCount) {}

    /** What the sender says of the message; {@code bornTimeMs} is ms since the epoch on its clock. */
    public record Origin(int systemFlag, long bornTimeMs, int flag, boolean isUnitMode) {}

    /** Times consumed so far, and the most that are wanted, or -1 if the consumer group decides. */
    public record Retry(int timesConsumed, int timesMax) {
        public static final Retry NONE = new Retry(0, -1);
    }
}
