package dev.millrace.namesrv.route;

import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.QueueData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Routes while they are changed: copies what it touches. Owner: whoever holds the lock of {@link RouteTable}. */
final class RoutesDraft {
    private final Map<String, BrokerData> brokers;
    private final Map<String, Map<String, QueueData>> topics;

    RoutesDraft(Routes from) {
        this.brokers = new HashMap<>(from.brokers());
        this.topics = new HashMap<>(from.topics());
    }

    Routes toRoutes() {
        return new Routes(brokers, topics);
    }

    void putBroker(BrokerData broker) {
        brokers.put(broker.brokerName(), broker);
    }

    void removeBroker(String brokerName) {
        brokers.remove(brokerName);
        topicsOf(brokerName).forEach(topic -> removeQueues(topic, brokerName));
    }

    @Nullable
    QueueData queues(String topic, String brokerName) {
        return topics.getOrDefault(topic, Map.of()).get(brokerName);
    }

    void putQueues(String topic, QueueData queues) {
        Map<String, QueueData> byBroker = new HashMap<>(topics.getOrDefault(topic, Map.of()));
        byBroker.put(queues.brokerName(), queues);
        topics.put(topic, Map.copyOf(byBroker));
    }

    void removeQueues(String topic, String brokerName) {
        Map<String, QueueData> byBroker = new HashMap<>(topics.getOrDefault(topic, Map.of()));
        byBroker.remove(brokerName);
        if (byBroker.isEmpty()) {
            topics.remove(topic);
        } else {
            topics.put(topic, Map.copyOf(byBroker));
        }
    }

    void removeTopic(String topic) {
        topics.remove(topic);
    }

    List<String> topicsOf(String brokerName) {
        return topics.entrySet().stream()
                .filter(topic -> topic.getValue().containsKey(brokerName))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Changes the permission of all topics of a broker; returns how many it has. */
    int changePermissions(String brokerName, IntUnaryOperator change) {
        List<String> touched = topicsOf(brokerName);
        for (String topic : touched) {
            QueueData old = queues(topic, brokerName);
            if (old != null) {
                putQueues(
                        topic,
                        new QueueData(
                                brokerName,
                                change.applyAsInt(old.perm()),
                                old.readQueueNums(),
                                old.topicSysFlag(),
                                old.writeQueueNums()));
            }
        }
        return touched.size();
    }
}
