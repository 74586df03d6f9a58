package dev.millrace.cli.local;

import dev.millrace.cli.cluster.Cluster;
import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.client.admin.TopicDescription;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.crds.v1beta1.Topic;
import dev.millrace.crds.v1beta1.TopicSpec.Permission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes the topics of the resources. Every step is decided from what the brokers say, so a second run changes nothing.
 *
 * <p>Thread-safe: confined to the main thread.
 */
record TopicApplier(Machine machine) {
    /** Brokers tell the NameServers about themselves a moment after they take requests. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration STEP = Duration.ofMillis(100);

    /** One line for each topic; blocks until all are there. */
    List<String> apply(ClusterPlan plan) {
        List<String> lines = new ArrayList<>();
        if (!plan.topics().isEmpty()) {
            try (Cluster cluster = machine.connector().connect(plan.nameServers())) {
                plan.topics().forEach(topic -> lines.add(applyPatiently(cluster, topic, plan)));
            }
        }
        return lines;
    }

    private String applyPatiently(Cluster cluster, Topic topic, ClusterPlan plan) {
        long start = machine.nanos().getAsLong();
        while (true) {
            try {
                return apply(cluster, topic, plan);
            } catch (CliException e) {
                boolean isFinal = e.exitCode() == ExitCode.REFUSED_RESOURCE;
                if (isFinal || machine.nanos().getAsLong() - start > PATIENCE.toNanos()) {
                    throw e;
                }
                machine.pause().accept(STEP);
            }
        }
    }

    private static String apply(Cluster cluster, Topic topic, ClusterPlan plan) {
        TopicSpec wanted = spec(topic, plan);
        Optional<TopicDescription> found = cluster.describe(wanted.name());
        int actual = found.map(Cluster::queuesPerGroup).orElse(0);
        if (found.filter(description -> isAsWanted(description, wanted)).isPresent()) {
            return "topic " + wanted.name() + " is there, " + actual + " queues on each broker";
        }
        if (actual > wanted.queueCount()) {
            throw new CliException(
                    ExitCode.REFUSED_RESOURCE,
                    "topic '" + wanted.name() + "' has " + actual + " queues, spec.queuesPerGroup is "
                            + wanted.queueCount() + "; local mode takes no queues away: say " + actual
                            + ", or delete the topic first");
        }
        cluster.createTopic(wanted);
        String verb = found.isEmpty() ? " created, " : " changed, ";
        return "topic " + wanted.name() + verb + wanted.queueCount() + " queues on each broker";
    }

    private static boolean isAsWanted(TopicDescription found, TopicSpec wanted) {
        Set<String> brokers =
                found.brokers().stream().map(TopicDescription.OnBroker::broker).collect(Collectors.toSet());
        return brokers.equals(wanted.brokers())
                && found.brokers().stream()
                        .allMatch(broker -> broker.readQueueCount() == wanted.queueCount()
                                && broker.writeQueueCount() == wanted.queueCount()
                                && broker.access() == wanted.access());
    }

    private static TopicSpec spec(Topic topic, ClusterPlan plan) {
        List<String> groups = topic.spec().groups();
        return new TopicSpec(
                topic.topicName(),
                topic.spec().queuesPerGroup(),
                access(topic.spec().permission()),
                topic.isFifo(),
                Set.copyOf(groups.isEmpty() ? plan.brokers() : groups),
                plan.cluster(),
                topic.brokerAttributes());
    }

    private static TopicSpec.Access access(Permission permission) {
        return switch (permission) {
            case READ_WRITE -> TopicSpec.Access.READ_WRITE;
            case READ_ONLY -> TopicSpec.Access.READ;
            case WRITE_ONLY -> TopicSpec.Access.WRITE;
            case NONE -> TopicSpec.Access.NONE;
        };
    }
}
