package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Mixin;

/** What the commands that steer a broker group share: they find the group, and have the group tool do it. */
final class GroupSteering {
    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Output output = new Output();

    /** Does it to a group that runs here, and prints the answer. */
    int steer(Machine machine, String group, String verb, List<String> options) {
        DataFolder folder = data.folder();
        RunState state = data.state()
                .filter(found -> !StatusReport.of(folder, found, machine).isDown())
                .orElseThrow(() -> StatusCommand.notRunning(folder));
        requireSeveralCopies(group, state);
        List<String> arguments =
                new ArrayList<>(List.of(verb, "--folder", folder.record(group).toString(), "--group", group));
        arguments.addAll(options);
        if (output.isJson()) {
            arguments.add("--json");
        }
        new GroupTool(machine).run(arguments, output::line);
        return ExitCode.OK.number();
    }

    private static void requireSeveralCopies(String group, RunState state) {
        Map<String, Integer> copies = new TreeMap<>();
        for (RunState.Server server : state.servers()) {
            if (server.role() == Role.BROKER) {
                copies.merge(server.copy().map(CopyId::group).orElse(server.name()), 1, Integer::sum);
            }
        }
        Integer found = copies.get(group);
        if (found == null) {
            throw new CliException(
                    ExitCode.FAILURE,
                    "there is no broker group '" + group + "' here, there are " + copies.keySet()
                            + "; name one of these");
        }
        if (state.servers().stream().anyMatch(server -> server.name().equals(group))) {
            throw new CliException(
                    ExitCode.FAILURE,
                    "broker group " + group + " has one copy only; run it with spec.brokers.copies of 2 or more");
        }
    }
}
