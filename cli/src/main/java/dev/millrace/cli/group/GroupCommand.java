package dev.millrace.cli.group;

import dev.millrace.cli.cluster.Cluster;
import dev.millrace.cli.local.ClusterOption;
import dev.millrace.cli.local.Machine;
import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import dev.millrace.client.admin.GroupSpec;
import dev.millrace.client.admin.Redelivery;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace group}: one method for each verb. */
@Command(name = "group", description = "Works with consumer groups.")
public final class GroupCommand {
    private final Machine machine;

    public GroupCommand(Machine machine) {
        this.machine = machine;
    }

    @Command(name = "create", mixinStandardHelpOptions = true, description = "Creates a consumer group on each broker.")
    int create(
            @Parameters(paramLabel = "GROUP", description = "Name of the consumer group.") String group,
            @Option(
                            names = "--retries",
                            paramLabel = "N",
                            defaultValue = "16",
                            description = "Deliveries after the first, before a message is a dead letter (default:"
                                    + " ${DEFAULT-VALUE}).")
                    int retries,
            @Mixin ClusterOption where,
            @Mixin Output output) {
        if (retries < 0) {
            throw new CliException(ExitCode.USAGE, "--retries " + retries + " is out of range; give 0 or more");
        }
        try (Cluster cluster = where.connect(machine)) {
            if (cluster.hasGroup(group)) {
                throw new CliException(
                        ExitCode.FAILURE,
                        "consumer group " + group + " is there already and was not changed; choose another name");
            }
            cluster.createGroup(GroupSpec.of(group).withRetriesMax(retries));
            if (output.isJson()) {
                output.json(Map.of("group", group));
            } else {
                output.line("consumer group " + group + " created");
            }
        }
        return ExitCode.OK.number();
    }

    @Command(
            name = "redeliver",
            mixinStandardHelpOptions = true,
            description = "Delivers the dead letters of a consumer group again, each once, oldest first.")
    int redeliver(
            @Parameters(paramLabel = "GROUP", description = "Name of the consumer group.") String group,
            @Option(
                            names = "--topic",
                            paramLabel = "TOPIC",
                            description = "Only messages that came from this topic (default: all).")
                    @Nullable
                    String topic,
            @Option(
                            names = "--count",
                            paramLabel = "N",
                            description = "Most messages to deliver again (default: all there are).")
                    @Nullable
                    Long count,
            @Mixin ClusterOption where,
            @Mixin Output output) {
        if (count != null && count < 1) {
            throw new CliException(ExitCode.USAGE, "--count " + count + " is out of range; give 1 or more");
        }
        try (Cluster cluster = where.connect(machine)) {
            Redelivery done = cluster.redeliver(
                    group,
                    Optional.ofNullable(topic),
                    count == null ? Long.MAX_VALUE : count,
                    sum -> output.remark(sum.moved() + " delivered again, " + sum.left() + " left to look at"));
            if (output.isJson()) {
                output.json(json(group, done));
            } else {
                output.line(done.moved() + " dead letters of " + group + " delivered again, " + done.skipped()
                        + " left out, " + done.left() + " not looked at");
            }
        }
        return ExitCode.OK.number();
    }

    private static Map<String, Object> json(String group, Redelivery done) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("group", group);
        result.put("moved", done.moved());
        result.put("skipped", done.skipped());
        result.put("left", done.left());
        return result;
    }
}
