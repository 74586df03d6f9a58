package dev.millrace.protocol.route;

import java.util.Map;
import java.util.Set;

/** All broker groups that a NameServer knows, and which cluster they belong to. */
public record ClusterInfo(Map<String, BrokerData> brokerAddrTable, Map<String, Set<String>> clusterAddrTable) {
    public ClusterInfo {
        brokerAddrTable = Map.copyOf(brokerAddrTable);
        clusterAddrTable = Map.copyOf(clusterAddrTable);
    }
}
