package dev.millrace.cli.local;

import dev.millrace.cli.terminal.Output;
import dev.millrace.cli.terminal.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What runs from a data folder, held against the processes that are there. Thread-safe: immutable.
 *
 * @param servers as recorded, those whose process is gone as {@link Phase#ENDED}
 */
record StatusReport(Path root, RunState state, boolean isSupervised, List<RunState.Server> servers, Instant now) {
    static StatusReport of(DataFolder folder, RunState state, Machine machine) {
        Processes processes = machine.processes();
        List<RunState.Server> servers = state.servers().stream()
                .map(server -> server.process().filter(processes::isRunning).isPresent() ? server : ended(server))
                .toList();
        boolean isSupervised = processes.isRunning(state.supervisor());
        return new StatusReport(
                folder.root(), state, isSupervised, servers, machine.clock().instant());
    }

    private static RunState.Server ended(RunState.Server server) {
        Phase phase =
                server.phase() == Phase.WAITING || server.phase() == Phase.BACKING_OFF ? server.phase() : Phase.ENDED;
        return new RunState.Server(
                server.name(),
                server.role(),
                server.host(),
                server.port(),
                server.process(),
                server.startedAt(),
                phase,
                server.restarts());
    }

    boolean isReady() {
        return servers.stream().allMatch(server -> server.phase() == Phase.READY);
    }

    /** Nothing runs, and nothing is about to. */
    boolean isDown() {
        return !isSupervised && servers.stream().noneMatch(StatusReport::isAlive);
    }

    String nameServers() {
        return servers.stream()
                .filter(server -> server.role() == Role.NAMESRV)
                .map(RunState.Server::address)
                .collect(Collectors.joining(";"));
    }

    void print(Output output) {
        if (output.isJson()) {
            output.json(json());
            return;
        }
        var table = new Table("NAME", "ROLE", "ADDRESS", "PID", "STATE", "UPTIME", "RESTARTS");
        for (RunState.Server server : servers) {
            boolean isAlive = isAlive(server);
            table.row(
                    server.name(),
                    server.role().label(),
                    server.address(),
                    isAlive ? pid(server) : "-",
                    server.phase().label(),
                    isAlive ? age(Duration.between(server.startedAt(), now)) : "-",
                    server.restarts());
        }
        output.table(table);
    }

    private Map<String, Object> json() {
        List<Map<String, Object>> list = new ArrayList<>();
        for (RunState.Server server : servers) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", server.name());
            entry.put("role", server.role().label());
            entry.put("address", server.address());
            entry.put("state", server.phase().label());
            entry.put("restarts", server.restarts());
            if (isAlive(server)) {
                entry.put("pid", pid(server));
                entry.put("startedAt", server.startedAt().toString());
                entry.put(
                        "uptimeSeconds",
                        Duration.between(server.startedAt(), now).toSeconds());
            }
            list.add(entry);
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("cluster", state.cluster());
        result.put("data", root.toString());
        result.put("ready", isReady());
        result.put("supervised", isSupervised);
        if (isSupervised) {
            result.put("supervisorPid", state.supervisor().pid());
        }
        result.put("nameServers", nameServers());
        result.put("servers", list);
        return result;
    }

    private static boolean isAlive(RunState.Server server) {
        return server.phase() == Phase.READY || server.phase() == Phase.STARTING;
    }

    private static long pid(RunState.Server server) {
        return server.process().map(ProcessIdentity::pid).orElse(0L);
    }

    /** Two units at most, as in 3m12s. */
    static String age(Duration age) {
        if (age.toDays() > 0) {
            return age.toDays() + "d" + age.toHoursPart() + "h";
        }
        if (age.toHours() > 0) {
            return age.toHours() + "h" + age.toMinutesPart() + "m";
        }
        return age.toMinutes() > 0 ? age.toMinutes() + "m" + age.toSecondsPart() + "s" : age.toSeconds() + "s";
    }
}
