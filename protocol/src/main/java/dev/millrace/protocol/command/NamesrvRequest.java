package dev.millrace.protocol.command;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a NameServer is asked. */
public sealed interface NamesrvRequest extends Request {

    /**
     * Registers a broker and its topics.
     *
     * @param body a RegisterBrokerBody in JSON or, with {@code compressed}, the compressed form; a view
     */
    record RegisterBroker(
            String brokerName,
            String brokerAddr,
            String clusterName,
            String haServerAddr,
            long brokerId,
            @Nullable Long heartbeatTimeoutMillis,
            @Nullable Boolean enableActingMaster,
            @Nullable Boolean compressed,
            @Nullable Integer bodyCrc32,
            @Body ByteBuffer body)
            implements NamesrvRequest {}

    /** Takes a broker out of the routes. */
    record UnregisterBroker(String brokerName, String brokerAddr, String clusterName, long brokerId)
            implements NamesrvRequest {}

    /** Asks whether a broker's topics changed since it registered. */
    record QueryDataVersion(
            String brokerName,
            String brokerAddr,
            String clusterName,
            long brokerId,
            @Body ByteBuffer dataVersion) implements NamesrvRequest {}

    /** Says that a broker lives. */
    record BrokerHeartbeat(
            String clusterName,
            String brokerAddr,
            String brokerName,
            @Nullable Long brokerId,
            @Nullable Integer epoch,
            @Nullable Long maxOffset,
            @Nullable Long confirmOffset,
            @Nullable Long heartbeatTimeoutMills,
            @Nullable Integer electionPriority)
            implements NamesrvRequest {}

    /** Asks where a topic lives. */
    record GetRoute(String topic, @Nullable Boolean acceptStandardJsonOnly) implements NamesrvRequest {}

    /** Asks for all brokers. */
    record GetClusterInfo() implements NamesrvRequest {}

    /** Asks for the names of all topics. */
    record GetAllTopics() implements NamesrvRequest {}

    /** Asks for cluster and broker names, which are topics too. */
    record GetSystemTopics() implements NamesrvRequest {}

    /** Asks for the topics of a cluster. */
    record GetTopicsByCluster(String cluster) implements NamesrvRequest {}

    /** Asks for unit topics. */
    record GetUnitTopics() implements NamesrvRequest {}

    /** Asks for topics with unit subscriptions. */
    record GetUnitSubscriptionTopics() implements NamesrvRequest {}

    /** Asks for topics with unit subscriptions that are no unit topics. */
    record GetUnitSubscriptionNonUnitTopics() implements NamesrvRequest {}

    /** Stores a value. */
    record PutKeyValue(String namespace, String key, String value) implements NamesrvRequest {}

    /** Asks for a value. */
    record GetKeyValue(String namespace, String key) implements NamesrvRequest {}

    /** Deletes a value. */
    record DeleteKeyValue(String namespace, String key) implements NamesrvRequest {}

    /** Asks for all values of a namespace. */
    record GetKeyValues(String namespace) implements NamesrvRequest {}

    /** Takes the write permission from all topics of a broker. */
    record WipeWritePermission(String brokerName) implements NamesrvRequest {}

    /** Gives all topics of a broker the write permission. */
    record AddWritePermission(String brokerName) implements NamesrvRequest {}

    /** Deletes a topic from the routes. */
    record DeleteTopicRoute(String topic, @Nullable String clusterName) implements NamesrvRequest {}

    /** Asks for a NameServer's settings as properties text. */
    record GetNamesrvConfig() implements NamesrvRequest {}

    /** Changes settings of a NameServer; the body is properties text. */
    record UpdateNamesrvConfig(@Body ByteBuffer properties) implements NamesrvRequest {}
}
