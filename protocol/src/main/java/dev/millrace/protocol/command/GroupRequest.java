package dev.millrace.protocol.command;

import dev.millrace.protocol.body.GroupConfig;
import org.jspecify.annotations.Nullable;

/** Definitions and progress of consumer and producer groups on a broker. */
public sealed interface GroupRequest extends BrokerRequest {

    /** Asks for all consumer group definitions. */
    record GetAllGroupConfig(
            @Nullable Integer groupSeq,
            @Nullable Integer maxGroupNum,
            @Nullable String dataVersion) implements GroupRequest {}

    /** Asks for one consumer group definition. */
    record GetGroupConfig(String group) implements GroupRequest {}

    /** Creates or changes a consumer group. */
    record UpdateGroup(@Body GroupConfig config) implements GroupRequest {}

    /** Deletes a consumer group. */
    record DeleteGroup(String groupName, @Nullable Boolean cleanOffset) implements GroupRequest {}

    /** Asks for the connections of a consumer group. */
    record GetConsumerConnections(String consumerGroup) implements GroupRequest {}

    /** Asks for the connections of a producer group. */
    record GetProducerConnections(String producerGroup) implements GroupRequest {}

    /**
     * Asks how far a consumer group is.
     *
     * @param topicList names separated by {@code ;}
     */
    record GetConsumeStats(
            String consumerGroup,
            @Nullable String topic,
            @Nullable String topicList) implements GroupRequest {}

    /** Asks which topics a consumer group has offsets of. */
    record QueryTopicsByConsumer(String group) implements GroupRequest {}

    /** Asks for all consumer offsets of a broker. */
    record GetAllConsumerOffset() implements GroupRequest {}
}
