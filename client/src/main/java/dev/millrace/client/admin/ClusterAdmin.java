package dev.millrace.client.admin;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.NameServers;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.protocol.body.KeyValueTable;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.command.SettingsRequest;
import dev.millrace.protocol.route.ClusterInfo;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brokers and clusters. Thread-safe. */
final class ClusterAdmin {
    private final Requests requests;
    private final NameServers nameServers;

    ClusterAdmin(Requests requests, NameServers nameServers) {
        this.requests = requests;
        this.nameServers = nameServers;
    }

    List<BrokerInfo> brokers() {
        ClusterInfo info = Faults.await(nameServers.ask(
                new NamesrvRequest.GetClusterInfo(), (fields, body) -> BodyJson.read(ClusterInfo.class, body)));
        return info.brokerAddrTable().values().stream()
                .map(data -> new BrokerInfo(data.cluster(), data.brokerName(), data.brokerAddrs()))
                .sorted(Comparator.comparing(BrokerInfo::cluster).thenComparing(BrokerInfo::name))
                .toList();
    }

    /** The masters of these brokers, or if none are named of this cluster, or of all. */
    List<BrokerInfo> masters(Set<String> names, String cluster) {
        List<BrokerInfo> known = brokers();
        for (String name : names) {
            if (known.stream().noneMatch(broker -> broker.name().equals(name))) {
                throw new ClientException(
                        ErrorCode.NOT_FOUND,
                        "broker " + name + " is not registered; there are "
                                + known.stream().map(BrokerInfo::name).toList());
            }
        }
        List<BrokerInfo> chosen = known.stream()
                .filter(broker -> names.isEmpty()
                        ? cluster.isEmpty() || broker.cluster().equals(cluster)
                        : names.contains(broker.name()))
                .toList();
        for (BrokerInfo broker : chosen) {
            if (broker.masterAddress().isEmpty()) {
                throw new ClientException(
                        ErrorCode.NOT_AVAILABLE, "broker group " + broker.name() + " has no master now");
            }
        }
        if (chosen.isEmpty()) {
            throw new ClientException(
                    ErrorCode.NOT_FOUND,
                    "no broker of cluster '" + cluster + "' is registered; clusters are "
                            + known.stream().map(BrokerInfo::cluster).distinct().toList());
        }
        return chosen;
    }

    Map<String, String> runtime(String address) {
        return Faults.await(requests.askJson(address, new SettingsRequest.GetBrokerRuntimeInfo(), KeyValueTable.class))
                .table();
    }
}
