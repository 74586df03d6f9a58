package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import dev.millrace.crds.LoadOutcome;
import dev.millrace.crds.ResourceFiles;
import dev.millrace.crds.v1beta1.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace up}: runs the servers of resource files on this machine. */
@Command(
        name = "up",
        description = {
            "Starts the servers that resource files describe, on this machine.",
            "Without -f: one NameServer, one broker, and the topic 'quickstart'.",
            "What runs already is left alone, what crashed is started again."
        },
        footer = {
            "Exit code: 0 ready (with --detach) or ended on request, 1 a server does not start,",
            "4 a resource was refused, 6 a port is taken or the data folder cannot be written."
        })
public final class UpCommand implements Callable<Integer> {
    private static final String QUICKSTART = "quickstart.yaml";

    private final Machine machine;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Resource file; may be given several times.")
    private List<Path> files = new ArrayList<>();

    @Mixin
    private DataOption data = new DataOption();

    @Option(
            names = "--namesrv-port",
            paramLabel = "PORT",
            defaultValue = "" + Ports.NAMESRV_DEFAULT,
            description =
                    "Port of the first NameServer; further ones follow in steps of 2 (default: ${DEFAULT-VALUE}).")
    private int namesrvPort = Ports.NAMESRV_DEFAULT;

    @Option(
            names = "--broker-port",
            paramLabel = "PORT",
            description =
                    "Port of the first broker, which also takes PORT-2, PORT+1 and PORT+2; further ones, and further copies of"
                            + " each, follow in steps of 10 (default: port of the internal listener, 10911).")
    private @Nullable Integer brokerPort;

    @Option(names = "--detach", description = "Returns when everything is ready; 'millrace down' ends it.")
    private boolean isDetached;

    @Option(names = "--background", hidden = true)
    private boolean isBackground;

    @Mixin
    private Output output = new Output();

    public UpCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        ClusterPlan plan = plan();
        DataFolder folder = data.folder();
        folder.prepare();
        Optional<RunState> earlier = data.state();
        var check = new StartCheck(plan, folder, machine.processes());
        check.refuseOtherSettings(earlier);
        if (earlier.filter(state -> machine.processes().isRunning(state.supervisor()))
                .isPresent()) {
            List<String> groups = new GroupSetup(plan, folder, machine).applyGroups();
            List<String> topics = new TopicApplier(machine).apply(plan);
            StatusReport.of(folder, earlier.get(), machine).withCopies(machine).print(output);
            groups.forEach(line -> output.remark("millrace: " + line));
            topics.forEach(line -> output.remark("millrace: " + line));
            output.remark("millrace: runs already, supervised by process "
                    + earlier.get().supervisor().pid());
            return ExitCode.OK.number();
        }
        check.refuseTakenPorts(earlier);
        var session = new UpSession(plan, folder, machine, output);
        return (isDetached ? session.detach(backgroundArguments(folder)) : session.supervise(earlier, isBackground))
                .number();
    }

    private ClusterPlan plan() {
        OptionalInt firstBroker = brokerPort == null ? OptionalInt.empty() : OptionalInt.of(brokerPort);
        var planner = new Planner(data.folder(), namesrvPort, firstBroker);
        return switch (planner.plan(resources())) {
            case PlanOutcome.Planned planned -> planned.plan();
            case PlanOutcome.NotHere notHere -> throw CliException.of(ExitCode.REFUSED_RESOURCE, notHere.reasons());
        };
    }

    private List<Resource> resources() {
        LoadOutcome outcome =
                files.isEmpty() ? ResourceFiles.parse(Map.of(QUICKSTART, quickstart())) : ResourceFiles.load(files);
        return switch (outcome) {
            case LoadOutcome.Loaded loaded -> loaded.resources();
            case LoadOutcome.Refused refused ->
                throw CliException.of(
                        ExitCode.REFUSED_RESOURCE,
                        refused.problems().stream().map(Object::toString).toList());
        };
    }

    private static String quickstart() {
        try (InputStream resource = UpCommand.class.getResourceAsStream(QUICKSTART)) {
            return new String(Objects.requireNonNull(resource, QUICKSTART).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the jar of this program is damaged, build it again", e);
        }
    }

    private List<String> backgroundArguments(DataFolder folder) {
        List<String> arguments = new ArrayList<>(List.of("up", "--background"));
        for (Path file : files) {
            arguments.addAll(List.of("-f", file.toAbsolutePath().toString()));
        }
        arguments.addAll(List.of("--data", folder.root().toString(), "--namesrv-port", Integer.toString(namesrvPort)));
        if (brokerPort != null) {
            arguments.addAll(List.of("--broker-port", brokerPort.toString()));
        }
        return arguments;
    }
}
