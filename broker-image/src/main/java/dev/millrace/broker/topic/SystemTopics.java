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

    /**
     * Adds the topics that are missing. The template of unknown topics is there only while messages may create topics: a
     * client that finds it sends, and one that does not tells at once that there is no route. Writes the file.
     */
    public static void define(
            TopicTable topics, String cluster, String brokerName, int defaultQueues, boolean isTopicAutoCreated) {
        int inherited = Permission.READ_WRITE | Permission.INHERIT;
        List<TopicConfig> wanted = new ArrayList<>();
        if (isTopicAutoCreated) {
            wanted.add(TopicConfig.of(TopicNames.TEMPLATE, defaultQueues, inherited));
        } else {
            topics.remove(TopicNames.TEMPLATE);
        }
        wanted.add(TopicConfig.of(TopicNames.SELF_TEST, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.BENCHMARK, BENCHMARK_QUEUES, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.OFFSET_MOVED, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.TRACE, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.SCHEDULE, DelayLevels.count(), Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.HALF, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.HALF_OP, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.TIMER, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(TopicNames.POP, 1, Permission.READ_WRITE));
        wanted.add(TopicConfig.of(cluster, CLUSTER_QUEUES, inherited));
        wanted.add(TopicConfig.of(brokerName, 1, inherited));
        wanted.add(TopicConfig.of(cluster + TopicNames.REPLY_SUFFIX, 1, Permission.READ_WRITE));
        wanted.forEach(topics::putIfAbsent);
    }
}
