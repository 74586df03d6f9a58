package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What must hold before servers are started: nothing else runs in their place. Thread-safe: immutable.
 */
record StartCheck(ClusterPlan plan, DataFolder folder, Processes processes) {
    /** Servers that run are left alone, so they must be those of the plan, with the settings of the plan. */
    void refuseOtherSettings(Optional<RunState> earlier) {
        List<String> differences = new ArrayList<>();
        Set<String> running = running(earlier);
        for (String name : running) {
            Optional<ServerPlan> planned = plan.servers().stream()
                    .filter(server -> server.name().equals(name))
                    .findFirst();
            if (planned.isEmpty()) {
                differences.add(name + " runs but is not in the resources");
            } else if (!folder.holds(folder.config(name), planned.get().configText())) {
                differences.add(name + " runs with other settings (" + folder.config(name) + ")");
            }
        }
        if (!running.isEmpty()
                && earlier.orElseThrow().servers().size() < plan.servers().size()) {
            differences.add("the resources ask for " + plan.servers().size() + " servers, "
                    + earlier.get().servers().size() + " are there");
        }
        if (!differences.isEmpty()) {
            throw new CliException(
                    ExitCode.FAILURE,
                    String.join("; ", differences) + "; run 'millrace down' first, messages stay, then 'millrace up'");
        }
    }

    void refuseTakenPorts(Optional<RunState> earlier) {
        Set<String> running = running(earlier);
        List<String> taken = new ArrayList<>();
        for (ServerPlan server : plan.servers()) {
            if (running.contains(server.name())) {
                continue;
            }
            for (int port : server.ports()) {
                if (!Ports.isFree(server.host(), port)) {
                    String flag = server.role() == Role.NAMESRV ? "--namesrv-port" : "--broker-port";
                    taken.add("port " + port + " on " + server.host() + ", which " + server.name()
                            + " needs, is in use by another program; end that program (ss -ltnp shows it), or choose"
                            + " another " + flag);
                }
            }
        }
        if (!taken.isEmpty()) {
            throw CliException.of(ExitCode.MACHINE, taken);
        }
    }

    private Set<String> running(Optional<RunState> earlier) {
        return earlier.stream()
                .flatMap(state -> state.servers().stream())
                .filter(server -> server.process().filter(processes::isRunning).isPresent())
                .map(RunState.Server::name)
                .collect(Collectors.toSet());
    }
}
