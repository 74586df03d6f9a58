package dev.millrace.cli.message;

import dev.millrace.cli.cluster.Cluster;
import dev.millrace.cli.cluster.ReceivedMessage;
import dev.millrace.cli.local.ClusterOption;
import dev.millrace.cli.local.Machine;
import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace receive}: prints what a consumer group has not seen yet. */
@Command(
        name = "receive",
        description = {
            "Prints messages that the consumer group has not seen yet, each on a line, and marks them as seen.",
            "A group that is new begins with the oldest message."
        },
        footer = "Exit code: 0 something was received, 5 nothing in time, or fewer than --count.")
public final class ReceiveCommand implements Callable<Integer> {
    private final Machine machine;

    @Parameters(paramLabel = "TOPIC", description = "Topic to receive from.")
    private String topic = "";

    @Option(names = "--group", required = true, paramLabel = "GROUP", description = "Consumer group to read as.")
    private String group = "";

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "0",
            description = "Ends after N messages (default: no end).")
    private long count;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "Ends when no message came for so long, as in 500ms, 10s, 5m (default: ${DEFAULT-VALUE}).")
    private Duration timeout = Duration.ofSeconds(10);

    @Mixin
    private ClusterOption where = new ClusterOption();

    @Mixin
    private Output output = new Output();

    private long received;

    public ReceiveCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = where.connect(machine)) {
            cluster.receive(topic, group, timeout, this::take);
            if (received == 0 && !cluster.hasGroup(group)) {
                throw new CliException(
                        ExitCode.FAILURE,
                        "there is no consumer group '" + group
                                + "', and the brokers make none (spec.autoCreate.groups);"
                                + " make it with 'millrace group create " + group + "'");
            }
        }
        if (received == 0 || received < count) {
            throw new CliException(
                    ExitCode.NOTHING_RECEIVED,
                    "received " + received + (count == 0 ? "" : " of " + count) + " messages of '" + topic + "' as '"
                            + group + "', then none for " + timeout.toMillis()
                            + " ms; give a longer --timeout, or another --group to read from the beginning");
        }
        return ExitCode.OK.number();
    }

    private boolean take(ReceivedMessage message) {
        message.bodyFault()
                .ifPresent(fault -> output.remark("the body of " + message.id() + " in " + message.broker() + " queue "
                        + message.queue() + " offset " + message.offset() + " is shown as it is stored: " + fault));
        if (output.isJson()) {
            output.json(json(message));
        } else {
            output.line(message.text());
        }
        received++;
        return count == 0 || received < count;
    }

    private static Map<String, Object> json(ReceivedMessage message) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("id", message.id());
        result.put("broker", message.broker());
        result.put("queue", message.queue());
        result.put("offset", message.offset());
        result.put("storedAt", message.storedAt().toString());
        message.key().ifPresent(key -> result.put("key", key));
        message.tag().ifPresent(tag -> result.put("tag", tag));
        result.put("body", message.text());
        message.bodyFault().ifPresent(fault -> result.put("bodyFault", fault));
        return result;
    }
}
