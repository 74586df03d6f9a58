package dev.millrace.cli.local;

import dev.millrace.crds.v1beta1.Topic;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What should run on this machine. Thread-safe: immutable.
 *
 * @param servers NameServers first, in the order they start
 * @param groups broker groups with several copies
 */
record ClusterPlan(String cluster, List<ServerPlan> servers, List<GroupPlan> groups, List<Topic> topics) {
    ClusterPlan {
        servers = List.copyOf(servers);
        groups = List.copyOf(groups);
        topics = List.copyOf(topics);
    }

    /** Names of the broker groups. */
    List<String> brokers() {
        return servers.stream()
                .filter(server -> server.role() == Role.BROKER)
                .map(server -> server.copy().map(CopyId::group).orElse(server.name()))
                .distinct()
                .toList();
    }

    /** Addresses of the NameServers, as clients take them: separated by semicolons. */
    String nameServers() {
        return servers.stream()
                .filter(server -> server.role() == Role.NAMESRV)
                .map(ServerPlan::address)
                .collect(Collectors.joining(";"));
    }
}
