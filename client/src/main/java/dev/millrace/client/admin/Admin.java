package dev.millrace.client.admin;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.internal.engine.ClientRuntime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Administers the cluster that a client is connected to. Thread-safe; every call waits for its answers and throws a
 * {@link dev.millrace.client.ClientException} if one of them failed. Closing the client ends it.
 */
public final class Admin {
    private final TopicAdmin topics;
    private final ClusterAdmin cluster;

    private Admin(ClientRuntime runtime) {
        this.cluster = new ClusterAdmin(runtime.requests(), runtime.nameServers());
        this.topics = new TopicAdmin(runtime.requests(), runtime.nameServers(), runtime.routes(), cluster);
    }

    public static Admin of(MillraceClient client) {
        return new Admin((ClientRuntime) client.engine());
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
}
