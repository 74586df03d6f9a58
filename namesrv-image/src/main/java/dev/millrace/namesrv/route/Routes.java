package dev.millrace.namesrv.route;

import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.ClusterInfo;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.QueueData;
import dev.millrace.protocol.route.TopicRoute;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All routes at one moment. Thread-safe: immutable.
 *
 * @param brokers by broker name
 * @param topics by topic, then by broker name
 */
record Routes(Map<String, BrokerData> brokers, Map<String, Map<String, QueueData>> topics) {
    static final Routes EMPTY = new Routes(Map.of(), Map.of());

    /** Topics by which replicas find each other; they are never shown with a replica as master. */
    private static final String MEMBER_TOPIC_PREFIX = "rmq_sys_SYNC_BROKER_MEMBER_";

    Routes {
        brokers = Collections.unmodifiableMap(brokers);
        topics = Collections.unmodifiableMap(topics);
    }

    /**
     * How a route is shown.
     *
     * @param orderConfiguration such as {@code broker-a:4}, or null
     * @param zone brokers of other zones are left out if they have a master; null for all
     * @param showsActingMaster see {@code namesrv.support-acting-master}
     */
    record View(
            @Nullable String orderConfiguration, @Nullable String zone, boolean showsActingMaster) {}

    /** Empty if no live broker holds the topic. */
    Optional<TopicRoute> route(String topic, View view) {
        List<BrokerData> brokerDatas = new ArrayList<>();
        List<QueueData> queueDatas = new ArrayList<>();
        for (QueueData queues : new TreeMap<>(topics.getOrDefault(topic, Map.of())).values()) {
            BrokerData broker = brokers.get(queues.brokerName());
            if (broker != null && isShown(broker, view.zone())) {
                brokerDatas.add(view.showsActingMaster() ? withActingMaster(broker, queues, topic) : broker);
                queueDatas.add(queues);
            }
        }
        return queueDatas.isEmpty()
                ? Optional.empty()
                : Optional.of(new TopicRoute(brokerDatas, Map.of(), view.orderConfiguration(), queueDatas));
    }

    private static boolean isShown(BrokerData broker, @Nullable String zone) {
        return zone == null || broker.masterAddress() == null || zone.equalsIgnoreCase(broker.zoneName());
    }

    private static BrokerData withActingMaster(BrokerData broker, QueueData queues, String topic) {
        if (!broker.enableActingMaster()
                || broker.masterAddress() != null
                || broker.brokerAddrs().isEmpty()
                || Permission.isWritable(queues.perm())
                || topic.startsWith(MEMBER_TOPIC_PREFIX)) {
            return broker;
        }
        Map<Long, String> addresses = new TreeMap<>(broker.brokerAddrs());
        long acting = Collections.min(addresses.keySet());
        String address = broker.brokerAddrs().getOrDefault(acting, "");
        addresses.remove(acting);
        addresses.put(BrokerData.MASTER_ID, address);
        return new BrokerData(addresses, broker.brokerName(), broker.cluster(), true, broker.zoneName());
    }

    ClusterInfo clusterInfo() {
        Map<String, Set<String>> clusters = brokers.values().stream()
                .collect(Collectors.groupingBy(
                        BrokerData::cluster,
                        Collectors.mapping(BrokerData::brokerName, Collectors.toCollection(TreeSet::new))));
        return new ClusterInfo(brokers, clusters);
    }

    Set<String> topicNames() {
        return new TreeSet<>(topics.keySet());
    }

    Set<String> topicsOfCluster(String cluster) {
        return topicsWith(queues -> {
            BrokerData broker = brokers.get(queues.brokerName());
            return broker != null && broker.cluster().equals(cluster);
        });
    }

    /** Topics of which some broker's queues fit. */
    Set<String> topicsWith(Predicate<QueueData> condition) {
        return topics.entrySet().stream()
                .filter(topic -> topic.getValue().values().stream().anyMatch(condition))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Cluster names and broker names: brokers make topics of these names for themselves. */
    Set<String> systemTopics() {
        Set<String> names = new TreeSet<>(brokers.keySet());
        brokers.values().forEach(broker -> names.add(broker.cluster()));
        return names;
    }

    /** Address of some broker, or null if there is none. */
    @Nullable
    String someBrokerAddress() {
        return brokers.values().stream()
                .map(BrokerData::brokerAddrs)
                .map(Map::values)
                .flatMap(Collection::stream)
                .sorted()
                .findFirst()
                .orElse(null);
    }
}
