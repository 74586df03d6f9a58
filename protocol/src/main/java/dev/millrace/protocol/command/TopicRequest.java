package dev.millrace.protocol.command;

import dev.millrace.protocol.body.TopicConfigs;
import org.jspecify.annotations.Nullable;

/** Definitions and statistics of topics on a broker. */
public sealed interface TopicRequest extends BrokerRequest {

    /**
     * Creates or changes a topic.
     *
     * @param attributes {@code +key=value,-key}
     */
    record UpdateTopic(
            String topic,
            @Nullable String defaultTopic,
            int readQueueNums,
            int writeQueueNums,
            int perm,
            @Nullable String topicFilterType,
            @Nullable Integer topicSysFlag,
            boolean order,
            @Nullable String attributes)
            implements TopicRequest {}

    /** Asks for all topics of a broker, whole or in pages. */
    record GetAllTopicConfig(
            @Nullable Integer topicSeq,
            @Nullable Integer maxTopicNum,
            @Nullable String dataVersion) implements TopicRequest {}

    /** Asks for one topic of a broker. */
    record GetTopicConfig(String topic) implements TopicRequest {}

    /** Deletes a topic of a broker. */
    record DeleteTopic(String topic) implements TopicRequest {}

    /** Asks for the offsets of all queues of a topic. */
    record GetTopicStats(String topic) implements TopicRequest {}

    /** Asks which consumer groups use a topic. */
    record QueryTopicConsumers(String topic) implements TopicRequest {}

    /** Asks for a broker's system topics. */
    record GetSystemTopicsOfBroker() implements TopicRequest {}

    /** Creates or changes several topics. */
    record UpdateTopics(@Body TopicConfigs configs) implements TopicRequest {}

    /** Removes what is left of topics that were deleted. */
    record CleanUnusedTopics() implements TopicRequest {}
}
