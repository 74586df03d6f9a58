package dev.millrace.cli.local;

import dev.millrace.crds.v1beta1.BrokersSpec;
import dev.millrace.crds.v1beta1.ClusterSpec;
import dev.millrace.crds.v1beta1.ListenerSpec;
import dev.millrace.crds.v1beta1.MessageCluster;
import dev.millrace.crds.v1beta1.Resource;
import dev.millrace.crds.v1beta1.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Resources to processes: a pure function.
 *
 * <p>Thread-safe: immutable.
 */
final class Planner {
    static final String HOST = "127.0.0.1";

    private final DataFolder folder;
    private final int namesrvPort;
    private final OptionalInt brokerPort;

    /** Without a broker port, the internal listener of the cluster says where the first broker listens. */
    Planner(DataFolder folder, int namesrvPort, OptionalInt brokerPort) {
        this.folder = folder;
        this.namesrvPort = namesrvPort;
        this.brokerPort = brokerPort;
    }

    PlanOutcome plan(List<Resource> resources) {
        List<MessageCluster> clusters = new ArrayList<>();
        List<Topic> topics = new ArrayList<>();
        for (Resource resource : resources) {
            switch (resource) {
                case MessageCluster cluster -> clusters.add(cluster);
                case Topic topic -> topics.add(topic);
            }
        }
        if (clusters.size() != 1) {
            return new PlanOutcome.NotHere(List.of(clusters.size()
                    + " MessageClusters are given, local mode runs one for a data folder; keep one, and run others with"
                    + " their own --data, --namesrv-port and --broker-port"));
        }
        MessageCluster cluster = clusters.getFirst();
        List<String> reasons = reasons(cluster, topics);
        if (!reasons.isEmpty()) {
            return new PlanOutcome.NotHere(reasons);
        }
        List<ServerPlan> servers = servers(cluster);
        var plan = new ClusterPlan(cluster.metadata().name(), servers, topics);
        List<String> mistakes = clashes(servers);
        for (Topic topic : topics) {
            mistakes.addAll(unknownGroups(topic, plan));
            mistakes.addAll(takenName(topic, plan));
        }
        return mistakes.isEmpty() ? new PlanOutcome.Planned(plan) : new PlanOutcome.NotHere(mistakes);
    }

    private static List<String> reasons(MessageCluster cluster, List<Topic> topics) {
        List<String> reasons = new ArrayList<>();
        String name = cluster.metadata().name();
        int copies = cluster.spec().brokers().copies();
        if (copies > 1) {
            reasons.add("MessageCluster '" + name + "' asks for copies: " + copies
                    + ", local mode runs one copy of each broker group so far; say spec.brokers.copies: 1 and"
                    + " spec.brokers.failover.enabled: false");
        }
        for (Topic topic : topics) {
            String wanted = topic.spec().clusterRef().name();
            if (!wanted.equals(name)) {
                reasons.add("Topic '" + topic.metadata().name() + "' belongs to cluster '" + wanted
                        + "', which is not here; say spec.clusterRef.name: " + name);
            }
        }
        return reasons;
    }

    private List<ServerPlan> servers(MessageCluster cluster) {
        String name = cluster.metadata().name();
        ClusterSpec spec = cluster.spec();
        List<ServerPlan> servers = new ArrayList<>();
        List<String> nameServers = new ArrayList<>();
        for (int i = 0; i < spec.nameServers().replicas(); i++) {
            ServerPlan server = nameServer(name + "-ns" + i, namesrvPort + i * Ports.NAMESRV_STEP, spec);
            servers.add(server);
            nameServers.add(server.address());
        }
        int firstBroker = brokerPort.orElseGet(() -> internalPort(spec));
        for (int i = 0; i < spec.brokers().groups(); i++) {
            int port = firstBroker + i * Ports.BROKER_STEP;
            servers.add(broker(name, name + "-g" + i, port, String.join(";", nameServers), spec));
        }
        return servers;
    }

    private static int internalPort(ClusterSpec spec) {
        return spec.listeners().stream()
                .filter(listener -> listener.type() == ListenerSpec.Type.INTERNAL)
                .map(ListenerSpec::port)
                .findFirst()
                .orElse(Ports.BROKER_DEFAULT);
    }

    private static ServerPlan nameServer(String name, int port, ClusterSpec spec) {
        Map<String, String> settings = new HashMap<>(spec.nameServers().config());
        settings.put("namesrv.host", HOST);
        settings.put("namesrv.port", Integer.toString(port));
        int httpPort = port + Ports.NAMESRV_HTTP_OFFSET;
        settings.put("namesrv.http-port", Integer.toString(httpPort));
        return new ServerPlan(name, Role.NAMESRV, HOST, port, httpPort, List.of(port, httpPort), settings);
    }

    private ServerPlan broker(String cluster, String name, int port, String nameServers, ClusterSpec spec) {
        int httpPort = port + Ports.HTTP_OFFSET;
        Map<String, String> settings = new HashMap<>(spec.brokers().config());
        settings.put("broker.host", HOST);
        settings.put("broker.port", Integer.toString(port));
        settings.put("broker.http-port", Integer.toString(httpPort));
        settings.put("broker.cluster", cluster);
        settings.put("broker.name", name);
        settings.put("broker.namesrv", nameServers);
        settings.put(
                "broker.auto-create-topics", Boolean.toString(spec.autoCreate().topics()));
        settings.put(
                "broker.auto-create-groups", Boolean.toString(spec.autoCreate().groups()));
        settings.put("store.path", folder.store(name).toString());
        settings.put(
                "store.flush.mode", spec.brokers().durability().flush() == BrokersSpec.Flush.SYNC ? "Sync" : "Async");
        List<Integer> ports = List.of(port, port + Ports.FAST_OFFSET, port + Ports.REPLICATION_OFFSET, httpPort);
        return new ServerPlan(name, Role.BROKER, HOST, port, httpPort, ports, settings);
    }

    private static List<String> unknownGroups(Topic topic, ClusterPlan plan) {
        return topic.spec().groups().stream()
                .filter(group -> !plan.brokers().contains(group))
                .map(group -> "Topic '" + topic.metadata().name() + "' wants broker group '" + group
                        + "' in spec.groups, there are " + plan.brokers() + "; name some of these")
                .toList();
    }

    /** Brokers keep topics named like their cluster and like themselves, as RocketMQ's do. */
    private static List<String> takenName(Topic topic, ClusterPlan plan) {
        String name = topic.topicName();
        boolean isTaken = name.equals(plan.cluster()) || plan.brokers().contains(name);
        return isTaken
                ? List.of("Topic '" + topic.metadata().name() + "' has the name of its cluster or of a broker group, '"
                        + name + "', which brokers use themselves; set another spec.topicName")
                : List.of();
    }

    private static List<String> clashes(List<ServerPlan> servers) {
        List<String> clashes = new ArrayList<>();
        Map<Integer, String> owners = new HashMap<>();
        for (ServerPlan server : servers) {
            for (int port : server.ports()) {
                String owner = owners.putIfAbsent(port, server.name());
                String flag = server.role() == Role.NAMESRV ? "--namesrv-port" : "--broker-port";
                if (port < 1 || port > Ports.MAX) {
                    clashes.add(server.name() + " would need port " + port + ", ports go from 1 to " + Ports.MAX
                            + "; choose another " + flag);
                } else if (owner != null) {
                    clashes.add(server.name() + " and " + owner + " would both need port " + port + "; choose another "
                            + flag);
                }
            }
        }
        return clashes;
    }
}
