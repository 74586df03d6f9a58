package dev.millrace.client.admin;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.engine.ClientRuntime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Administers the cluster that a client is connected to. Thread-safe; every call waits for its answers and throws a
 * {@link dev.millrace.client.ClientException} if one of them failed. Closing the client ends it.
 */
public final class Admin {
    private final TopicAdmin topics;
    private final ClusterAdmin cluster;
    private final GroupAdmin groups;
    private final MessageAdmin messages;

    private Admin(ClientRuntime runtime) {
        this.cluster = new ClusterAdmin(runtime.requests(), runtime.nameServers());
        this.topics = new TopicAdmin(runtime.requests(), runtime.nameServers(), runtime.routes(), cluster);
        this.groups = new GroupAdmin(runtime.requests(), runtime.routes(), cluster);
        this.messages = new MessageAdmin(runtime.requests(), runtime.routes());
    }

    public static Admin of(MillraceClient client) {
        return new Admin((ClientRuntime) client.engine().connected());
    }

    /** Creates the topic, or changes it where it exists; the routes show it within a second. */
    public void createTopic(TopicSpec spec) {
        topics.create(spec);
    }

    /** Names of all topics, with the platform's own. */
    public Set<String> topics() {
        return topics.names();
    }

    /** The topic on all its brokers, or empty if no NameServer knows it. */
    public Optional<TopicDescription> describeTopic(String topic) {
        return topics.describe(topic);
    }

    /** Deletes the topic on all brokers and in every NameServer. Deleting what is not there is no fault. */
    public void deleteTopic(String topic) {
        topics.delete(topic);
    }

    /** All broker groups. */
    public List<BrokerInfo> brokers() {
        return cluster.brokers();
    }

    /** What the broker at {@code host:port} says about itself; names as RocketMQ's tools know them. */
    public Map<String, String> brokerRuntime(String address) {
        return cluster.runtime(address);
    }

    /** Creates the consumer group on all masters, or changes it where it exists. */
    public void createGroup(GroupSpec spec) {
        groups.create(spec);
    }

    /** Deletes the consumer group, its offsets, its retry topic and its dead-letter topic. */
    public void deleteGroup(String group) {
        groups.delete(group, topics);
    }

    /** Names of all consumer groups, with the platform's own. */
    public Set<String> groups() {
        return groups.names();
    }

    /** How far a consumer group is in each queue that it ever read; empty if nobody knows it. */
    public GroupProgress groupProgress(String group) {
        return groups.progress(group);
    }

    /** Clients that are members of a consumer group now. */
    public List<GroupClient> groupClients(String group) {
        return groups.clients(group);
    }

    /** Moves a consumer group in one queue. Members that run go on where they are: stop them first. */
    public void setGroupOffset(String group, TopicQueue queue, long offset) {
        groups.setOffset(group, queue, offset);
    }

    /**
     * Moves a consumer group to the first message stored at this time or later, in all queues of the topic. Members that
     * run go on there, too.
     */
    public void resetGroup(String group, String topic, Instant time) {
        groups.rewind(group, topic, time);
    }

    /**
     * Delivers dead letters of a consumer group again, oldest first: each goes to the group's retry topic once, as if it
     * had never been tried, also if this was interrupted and is asked for again. Only brokers of this project can.
     *
     * @param topic only those that came from this topic; empty for all
     * @param countMax most to deliver
     * @param onProgress hears of the sums so far, on the caller's thread
     */
    public Redelivery redeliver(String group, Optional<String> topic, long countMax, Consumer<Redelivery> onProgress) {
        return groups.redeliver(topics.describe(GroupAdmin.deadLetterTopic(group)), group, topic, countMax, onProgress);
    }

    /** The message with this offset id, as {@link dev.millrace.client.SendResult#offsetMessageId} gives it. */
    public Optional<ReceivedMessage> messageByOffsetId(String topic, String offsetId) {
        return messages.byOffsetId(topic, offsetId);
    }

    /** Messages with this unique id: several, if a repeated send was stored twice. */
    public List<ReceivedMessage> messagesById(String topic, String uniqueId) {
        return messages.byUniqueId(topic, uniqueId);
    }

    /** Messages with this key that were stored in this time. */
    public List<ReceivedMessage> messagesByKey(String topic, String key, int countMax, Instant from, Instant to) {
        return messages.byKey(topic, key, countMax, from, to);
    }
}
