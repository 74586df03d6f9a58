package dev.millrace.cli.message;

import dev.millrace.cli.cluster.Cluster;
import dev.millrace.cli.cluster.OutgoingMessage;
import dev.millrace.cli.cluster.SentMessage;
import dev.millrace.cli.local.ClusterOption;
import dev.millrace.cli.local.Machine;
import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace send}: each argument, or each line of standard input, is a message. */
@Command(
        name = "send",
        description = {"Sends messages: each argument is one; without arguments each line of standard input is one."})
public final class SendCommand implements Callable<Integer> {
    private final Machine machine;
    private final InputStream input;

    @Parameters(index = "0", paramLabel = "TOPIC", description = "Topic to send to.")
    private String topic = "";

    @Parameters(index = "1..*", paramLabel = "TEXT", description = "A message, sent as UTF-8.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--key", description = "Key of the messages, to look them up by.")
    private @Nullable String key;

    @Option(names = "--tag", description = "Tag of the messages, to filter by.")
    private @Nullable String tag;

    @Mixin
    private ClusterOption where = new ClusterOption();

    @Mixin
    private Output output = new Output();

    public SendCommand(Machine machine, InputStream input) {
        this.machine = machine;
        this.input = input;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = where.connect(machine)) {
            if (texts.isEmpty()) {
                sendLines(cluster);
            } else {
                texts.forEach(text -> send(cluster, text));
            }
        }
        return ExitCode.OK.number();
    }

    private void sendLines(Cluster cluster) {
        try (var reader = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                send(cluster, line);
                line = reader.readLine();
            }
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILURE,
                    "standard input cannot be read (" + e.getMessage() + "); give arguments instead",
                    e);
        }
    }

    private void send(Cluster cluster, String text) {
        SentMessage sent =
                cluster.send(new OutgoingMessage(topic, text, Optional.ofNullable(key), Optional.ofNullable(tag)));
        if (output.isJson()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("id", sent.id());
            result.put("broker", sent.broker());
            result.put("queue", sent.queue());
            result.put("offset", sent.offset());
            output.json(result);
        } else {
            output.line("sent " + sent.id() + " to " + sent.broker() + " queue " + sent.queue() + " offset "
                    + sent.offset());
        }
    }
}
