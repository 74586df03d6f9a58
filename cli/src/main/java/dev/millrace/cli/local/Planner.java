package dev.millrace.cli.local;

import dev.millrace.crds.schema.Durations;
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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Resources to processes: a pure function.
 *
 * <p>Thread-safe: immutable.
 */
final class Planner {
    static final String HOST = "127.0.0.1";
    private static final String GROUP_KEYS = "group.";
    /** From so many copies on two must have a message, where the resource does not say how many. */
    private static final int COPIES_FOR_TWO = 3;

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
        var plan = new ClusterPlan(cluster.metadata().name(), servers, groups(cluster), topics);
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
        BrokersSpec brokers = cluster.spec().brokers();
        if (brokers.copies() > 1 && !brokers.failover().enabled()) {
            reasons.add("MessageCluster '" + name + "' asks for copies: " + brokers.copies()
                    + " of which none takes over by itself, local mode always lets one take over; say"
                    + " spec.brokers.failover.enabled: true, or spec.brokers.copies: 1");
        }
        brokers.config().keySet().stream()
                .filter(key -> key.startsWith(GROUP_KEYS))
                .map(key -> "MessageCluster '" + name + "' sets '" + key + "' in spec.brokers.config, which is set for"
                        + " every broker; remove it")
                .forEach(reasons::add);
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
            int port = firstBroker + i * spec.brokers().copies() * Ports.BROKER_STEP;
            servers.addAll(group(name, groupName(name, i), port, String.join(";", nameServers), spec));
        }
        return servers;
    }

    private static String groupName(String cluster, int number) {
        return cluster + "-g" + number;
    }

    /** One process named like the group, or one for each copy. */
    private List<ServerPlan> group(String cluster, String group, int port, String nameServers, ClusterSpec spec) {
        int copies = spec.brokers().copies();
        if (copies == 1) {
            Map<String, String> settings = brokerSettings(cluster, group, nameServers, spec);
            return List.of(broker(group, port, Optional.empty(), settings));
        }
        String peers = IntStream.range(0, copies)
                .mapToObj(copy -> copy + "=" + HOST + ":" + (portOf(port, copy) + Ports.REPLICATION_OFFSET))
                .collect(Collectors.joining(";"));
        List<ServerPlan> servers = new ArrayList<>();
        for (int number = 0; number < copies; number++) {
            CopyId copy = new CopyId(group, number);
            Map<String, String> settings = brokerSettings(cluster, group, nameServers, spec);
            settings.put("group.record", folder.record(group).toString());
            settings.put("group.copy", Integer.toString(number));
            settings.put("group.peers", peers);
            servers.add(broker(ServerPlan.copyName(copy), portOf(port, number), Optional.of(copy), settings));
        }
        return servers;
    }

    private static int portOf(int firstPort, int copy) {
        return firstPort + copy * Ports.BROKER_STEP;
    }

    private List<GroupPlan> groups(MessageCluster cluster) {
        BrokersSpec brokers = cluster.spec().brokers();
        if (brokers.copies() == 1) {
            return List.of();
        }
        String name = cluster.metadata().name();
        BrokersSpec.Failover failover = brokers.failover();
        return IntStream.range(0, brokers.groups())
                .mapToObj(i -> groupName(name, i))
                .map(group -> new GroupPlan(
                        name,
                        group,
                        folder.record(group),
                        brokers.copies(),
                        minInSync(brokers),
                        brokers.durability().acks() == BrokersSpec.Acks.ASYNC ? "Async" : "AllInSync",
                        Durations.parse(failover.suspicion()),
                        failover.lease().durationSeconds(),
                        failover.lease().renewSeconds()))
                .toList();
    }

    private static int minInSync(BrokersSpec brokers) {
        Integer wanted = brokers.durability().minInSync();
        if (wanted != null) {
            return wanted;
        }
        boolean isMajorityWanted =
                brokers.copies() >= COPIES_FOR_TWO && brokers.durability().acks() == BrokersSpec.Acks.ALL_IN_SYNC;
        return isMajorityWanted ? 2 : 1;
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
        return new ServerPlan(
                name, Role.NAMESRV, HOST, port, httpPort, List.of(port, httpPort), Optional.empty(), settings);
    }

    private ServerPlan broker(String name, int port, Optional<CopyId> copy, Map<String, String> settings) {
        int httpPort = port + Ports.HTTP_OFFSET;
        settings.put("broker.port", Integer.toString(port));
        settings.put("broker.http-port", Integer.toString(httpPort));
        settings.put("store.path", folder.store(name).toString());
        List<Integer> ports = List.of(port, port + Ports.FAST_OFFSET, port + Ports.REPLICATION_OFFSET, httpPort);
        return new ServerPlan(name, Role.BROKER, HOST, port, httpPort, ports, copy, settings);
    }

    /** What all copies of a group have in common. */
    private static Map<String, String> brokerSettings(
            String cluster, String group, String nameServers, ClusterSpec spec) {
        Map<String, String> settings = new HashMap<>(spec.brokers().config());
        settings.put("broker.host", HOST);
        settings.put("broker.cluster", cluster);
        settings.put("broker.name", group);
        settings.put("broker.namesrv", nameServers);
        settings.put(
                "broker.auto-create-topics", Boolean.toString(spec.autoCreate().topics()));
        settings.put(
                "broker.auto-create-groups", Boolean.toString(spec.autoCreate().groups()));
        settings.put(
                "store.flush.mode", spec.brokers().durability().flush() == BrokersSpec.Flush.SYNC ? "Sync" : "Async");
        return settings;
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
            String remedy = "; choose another " + (server.role() == Role.NAMESRV ? "--namesrv-port" : "--broker-port");
            Optional<Integer> outside = server.ports().stream()
                    .filter(port -> port < 1 || port > Ports.MAX)
                    .findFirst();
            if (outside.isPresent()) {
                clashes.add(server.name() + " would need port " + outside.get() + ", ports go from 1 to " + Ports.MAX
                        + remedy);
                continue;
            }
            for (int port : server.ports()) {
                String owner = owners.putIfAbsent(port, server.name());
                if (owner != null) {
                    clashes.add(server.name() + " and " + owner + " would both need port " + port + remedy);
                }
            }
        }
        return clashes;
    }
}
