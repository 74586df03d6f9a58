package dev.millrace.protocol.command;

import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.body.GroupConfigs;
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

    /** Creates or changes several consumer groups. */
    record UpdateGroups(@Body GroupConfigs configs) implements GroupRequest {}

    /** Allows or forbids a consumer group to read a topic, and asks whether it may. */
    record ForbidTopic(String group, String topic, @Nullable Boolean readable) implements GroupRequest {}

    /** Asks for the producers of all groups. */
    record GetAllProducers() implements GroupRequest {}

    /**
     * Moves a consumer group in a topic.
     *
     * @param queueId one queue, or below 0 or absent for all
     * @param offset where to, or below 0 or absent to go by time
     * @param timestamp first message of this time or later, ms since the epoch; below 0: behind the last
     */
    record ResetOffset(
            String group,
            String topic,
            @Nullable Integer queueId,
            @Nullable Long offset,
            long timestamp,
            @Nullable Boolean isForce)
            implements GroupRequest {}

    /** Asks where the clients of a consumer group stand, or one of them. */
    record GetConsumerStatus(
            String topic, String group, @Nullable String clientAddr) implements GroupRequest {}

    /** Gives a consumer group the offsets of another one. */
    record CloneOffsets(
            String srcGroup,
            String destGroup,
            @Nullable String topic,
            @Nullable Boolean offline) implements GroupRequest {}

    /** Asks from when to when the messages of each queue are, and where a consumer group stands in between. */
    record QueryTimeSpan(String topic, String group) implements GroupRequest {}

    /** Asks what a consumer group wants of a topic. */
    record QuerySubscription(String group, @Nullable String topic) implements GroupRequest {}

    /** Asks how far all consumer groups of a broker are. */
    record GetBrokerConsumeStats(@Nullable Boolean isOrder) implements GroupRequest {}
}
