package dev.millrace.cli.topic;

import dev.millrace.cli.cluster.Cluster;
import dev.millrace.cli.local.ClusterOption;
import dev.millrace.cli.local.Machine;
import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import dev.millrace.cli.terminal.Table;
import dev.millrace.client.admin.TopicDescription;
import dev.millrace.client.admin.TopicSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace topic}: one method for each verb. */
@Command(name = "topic", description = "Makes, lists, describes and deletes topics.")
public final class TopicCommand {
    private static final int QUEUES_MAX = 1024;

    private final Machine machine;

    public TopicCommand(Machine machine) {
        this.machine = machine;
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Makes a topic on every broker group; of one that is there it changes the queues.")
    int create(
            @Parameters(paramLabel = "TOPIC", description = "Name of the topic.") String topic,
            @Option(
                            names = "--queues",
                            defaultValue = "8",
                            description = "Queues on each broker group, 1 to 1024 (default: ${DEFAULT-VALUE}).")
                    int queues,
            @Mixin ClusterOption where,
            @Mixin Output output) {
        if (queues < 1 || queues > QUEUES_MAX) {
            throw new CliException(ExitCode.USAGE, "--queues " + queues + " is out of range; give 1 to " + QUEUES_MAX);
        }
        try (Cluster cluster = where.connect(machine)) {
            int before = cluster.describe(topic).map(Cluster::queuesPerGroup).orElse(0);
            if (before > queues) {
                throw new CliException(
                        ExitCode.FAILURE,
                        "topic '" + topic + "' has " + before + " queues on a broker group, --queues is " + queues
                                + "; queues are not taken away, messages in them would be lost: give " + before
                                + " or more");
            }
            cluster.createTopic(TopicSpec.of(topic, queues));
            if (output.isJson()) {
                output.json(Map.of("topic", topic, "queuesPerGroup", queues, "created", before == 0));
            } else {
                output.line("topic " + topic + (before == 0 ? " created, " : " has now ") + queues
                        + " queues on each broker group");
            }
        }
        return ExitCode.OK.number();
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists topics, those of the system left out.")
    int list(@Mixin ClusterOption where, @Mixin Output output) {
        try (Cluster cluster = where.connect(machine)) {
            List<String> topics = cluster.topics();
            if (output.isJson()) {
                output.json(topics);
            } else {
                topics.forEach(output::line);
            }
        }
        return ExitCode.OK.number();
    }

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = "Shows the queues of a topic and what is in them.")
    int describe(
            @Parameters(paramLabel = "TOPIC", description = "Name of the topic.") String topic,
            @Mixin ClusterOption where,
            @Mixin Output output) {
        try (Cluster cluster = where.connect(machine)) {
            TopicDescription view = cluster.describe(topic).orElseThrow(() -> unknown(topic));
            if (output.isJson()) {
                output.json(json(view));
                return ExitCode.OK.number();
            }
            long queueCount = view.brokers().stream()
                    .mapToLong(TopicDescription.OnBroker::writeQueueCount)
                    .sum();
            output.line("topic " + view.name() + ": " + queueCount + " queues on "
                    + view.brokers().size() + " broker groups, " + view.messageCount() + " messages");
            var table = new Table("BROKER", "QUEUE", "FIRST", "NEXT", "MESSAGES");
            for (TopicDescription.OnBroker broker : view.brokers()) {
                for (TopicDescription.QueueInfo queue : broker.queues()) {
                    table.row(
                            broker.broker(),
                            queue.queueId(),
                            queue.firstOffset(),
                            queue.endOffset(),
                            queue.endOffset() - queue.firstOffset());
                }
            }
            output.table(table);
        }
        return ExitCode.OK.number();
    }

    @Command(name = "delete", mixinStandardHelpOptions = true, description = "Deletes a topic and its messages.")
    int delete(
            @Parameters(paramLabel = "TOPIC", description = "Name of the topic.") String topic,
            @Mixin ClusterOption where,
            @Mixin Output output) {
        try (Cluster cluster = where.connect(machine)) {
            if (cluster.describe(topic).isEmpty()) {
                throw unknown(topic);
            }
            cluster.deleteTopic(topic);
            if (output.isJson()) {
                output.json(Map.of("topic", topic, "deleted", true));
            } else {
                output.line("topic " + topic + " deleted");
            }
        }
        return ExitCode.OK.number();
    }

    private static CliException unknown(String topic) {
        return new CliException(
                ExitCode.FAILURE, "there is no topic '" + topic + "'; 'millrace topic list' shows what there is");
    }

    private static Map<String, Object> json(TopicDescription view) {
        List<Map<String, Object>> brokers = new ArrayList<>();
        for (TopicDescription.OnBroker broker : view.brokers()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("broker", broker.broker());
            entry.put("readQueues", broker.readQueueCount());
            entry.put("writeQueues", broker.writeQueueCount());
            entry.put("access", broker.access().name().toLowerCase(Locale.ROOT).replace('_', '-'));
            entry.put("queues", broker.queues().stream().map(TopicCommand::json).toList());
            brokers.add(entry);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("topic", view.name());
        result.put("messages", view.messageCount());
        result.put("brokers", brokers);
        return result;
    }

    private static Map<String, Object> json(TopicDescription.QueueInfo queue) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("queue", queue.queueId());
        entry.put("firstOffset", queue.firstOffset());
        entry.put("nextOffset", queue.endOffset());
        return entry;
    }
}
