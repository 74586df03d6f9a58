package dev.millrace.broker.topic;

import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.store.DelayLevels;
import java.util.ArrayList;
import java.util.List;

/** The topics that every broker has. Thread-safe: stateless. */
public final class SystemTopics {
    private static final int BENCHMARK_QUEUES = 1024;
    private static final int CLUSTER_QUEUES = 16;

    private SystemTopics() {}

    /** Adds the topics that are missing. Writes the file. */
    public static void define(TopicTable topics, String cluster, String brokerName, int defaultQueues) {
        int inherited = Permission.READ_WRITE | Permission.INHERIT;
        List<TopicConfig> wanted = new ArrayList<>();
        wanted.add(TopicConfig.of(TopicNames.TEMPLATE, defaultQueues, inherited));
        wanted.add(TopicConfig.of(TopicNames.SELF_TEST, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.BENCHMARK, BENCHMARK_QUEUES, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.OFFSET_MOVED, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.SCHEDULE, DelayLevels.count(), Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.HALF, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.HALF_OP, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.TIMER, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(cluster, CLUSTER_QUEUES, inherited));
        wanted.add(TopicConfig.of(brokerName, 1, inherited));
        wanted.forEach(topics::putIfAbsent);
    }
}
