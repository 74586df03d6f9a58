package dev.millrace.protocol.command;

import org.jspecify.annotations.Nullable;

/** Offsets of queues and single messages of a broker. */
public sealed interface QueueRequest extends BrokerRequest {

    /**
     * Looks messages up by key.
     *
     * @param isUniqueKeyQuery "true" if the key is a unique id
     */
    record QueryMessage(
            String topic,
            String key,
            int maxNum,
            long beginTimestamp,
            long endTimestamp,
            @Nullable Boolean isUniqueKeyQuery)
            implements QueueRequest {}

    /** Asks where a consumer group stands in a queue. */
    record QueryConsumerOffset(
            String consumerGroup,
            String topic,
            int queueId,
            @Nullable Boolean setZeroIfNotFound) implements QueueRequest {}

    /** Says where a consumer group stands in a queue. */
    record UpdateConsumerOffset(String consumerGroup, String topic, int queueId, long commitOffset)
            implements QueueRequest {}

    /** Asks for the queue offset at a store time, ms since the epoch. */
    record SearchOffset(
            String topic,
            int queueId,
            long timestamp,
            @Nullable String boundaryType) implements QueueRequest {}

    /** Asks for the queue offset that the next message will get. */
    record GetMaxOffset(String topic, int queueId) implements QueueRequest {}

    /** Asks for the first queue offset that is still stored. */
    record GetMinOffset(String topic, int queueId) implements QueueRequest {}

    /** Asks for the store time of a queue's first message. */
    record GetEarliestStoreTime(String topic, int queueId) implements QueueRequest {}

    /** Asks for the record at a position of the commit log. */
    record ViewMessage(@Nullable String topic, long offset) implements QueueRequest {}

    /**
     * Asks for entries of a queue as they stand in its file.
     *
     * @param index the first queue offset; below 0 counts from the end
     * @param consumerGroup whose filter to try on each entry
     */
    record QueryEntries(
            String topic,
            int queueId,
            long index,
            int count,
            @Nullable String consumerGroup) implements QueueRequest {}
}
