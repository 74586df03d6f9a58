package dev.millrace.protocol.route;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a topic lives. */
public record TopicRoute(
        List<BrokerData> brokerDatas,
        Map<String, List<String>> filterServerTable,
        @Nullable String orderTopicConf,
        List<QueueData> queueDatas) {
    public TopicRoute {
        brokerDatas = List.copyOf(brokerDatas);
        filterServerTable = Map.copyOf(filterServerTable);
        queueDatas = List.copyOf(queueDatas);
    }
}
