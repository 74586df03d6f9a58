package dev.millrace.client.internal.route;

import dev.millrace.client.TopicQueue;
import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.QueueData;
import dev.millrace.protocol.route.TopicRoute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What follows from a route. Stateless. */
final class Routes {
    private Routes() {}

    static List<WriteQueue> writeQueues(String topic, TopicRoute route, Function<String, BrokerHealth> health) {
        Map<String, BrokerData> brokers = brokers(route);
        String ordered = route.orderTopicConf();
        List<WriteQueue> queues = new ArrayList<>();
        if (ordered != null && !ordered.isBlank()) {
            for (String part : ordered.split(";", -1)) {
                int colon = part.lastIndexOf(':');
                if (colon > 0) {
                    add(queues, topic, brokers.get(part.substring(0, colon)), count(part, colon), health);
                }
            }
            return queues;
        }
        List<QueueData> sorted = new ArrayList<>(route.queueDatas());
        sorted.sort(Comparator.comparing(QueueData::brokerName));
        for (QueueData data : sorted) {
            if (Permission.isWritable(data.perm())) {
                add(queues, topic, brokers.get(data.brokerName()), data.writeQueueNums(), health);
            }
        }
        return queues;
    }

    private static int count(String part, int colon) {
        try {
            return Integer.parseInt(part.substring(colon + 1).trim());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static void add(
            List<WriteQueue> queues,
            String topic,
            @Nullable BrokerData broker,
            int count,
            Function<String, BrokerHealth> health) {
        String master = broker == null ? null : broker.masterAddress();
        if (broker == null || master == null) {
            return;
        }
        for (int id = 0; id < count; id++) {
            queues.add(new WriteQueue(
                    new TopicQueue(topic, broker.brokerName(), id), master, health.apply(broker.brokerName())));
        }
    }

    /** Queues for a topic that a broker would create: those brokers and as many queues as the template topic allows. */
    static TopicRoute fromTemplate(TopicRoute template, int countMax) {
        List<QueueData> datas = new ArrayList<>();
        for (QueueData data : template.queueDatas()) {
            if (Permission.isInherited(data.perm())) {
                int count = Math.min(countMax, data.readQueueNums());
                datas.add(new QueueData(data.brokerName(), data.perm(), count, data.topicSysFlag(), count));
            }
        }
        return new TopicRoute(template.brokerDatas(), Map.of(), null, datas);
    }

    /** The queues that can be read, sorted. */
    static List<TopicQueue> readQueues(String topic, TopicRoute route) {
        List<TopicQueue> queues = new ArrayList<>();
        for (QueueData data : route.queueDatas()) {
            if (Permission.isReadable(data.perm())) {
                for (int id = 0; id < data.readQueueNums(); id++) {
                    queues.add(new TopicQueue(topic, data.brokerName(), id));
                }
            }
        }
        queues.sort(Comparator.naturalOrder());
        return queues;
    }

    private static Map<String, BrokerData> brokers(TopicRoute route) {
        Map<String, BrokerData> brokers = new HashMap<>();
        for (BrokerData broker : route.brokerDatas()) {
            brokers.put(broker.brokerName(), broker);
        }
        return brokers;
    }
}
