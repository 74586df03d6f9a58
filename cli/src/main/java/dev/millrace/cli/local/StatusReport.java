package dev.millrace.cli.local;

import dev.millrace.cli.terminal.Output;
import dev.millrace.cli.terminal.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What runs from a data folder, held against the processes that are there. Thread-safe: immutable.
 *
 * @param servers as recorded, those whose process is gone as {@link Phase#ENDED}
 * @param copies what copies of broker groups said of themselves, by name of their process
 */
record StatusReport(
        Path root,
        RunState state,
        boolean isSupervised,
        List<RunState.Server> servers,
        Map<String, CopyReport> copies,
        Instant now) {
    private static final String UNKNOWN = "-";

    static StatusReport of(DataFolder folder, RunState state, Machine machine) {
        Processes processes = machine.processes();
        List<RunState.Server> servers = state.servers().stream()
                .map(server -> server.process().filter(processes::isRunning).isPresent() ? server : ended(server))
                .toList();
        boolean isSupervised = processes.isRunning(state.supervisor());
        return new StatusReport(
                folder.root(),
                state,
                isSupervised,
                servers,
                Map.of(),
                machine.clock().instant());
    }

    /** The same, after each copy of a broker group was asked; blocks for a fraction of a second for each. */
    StatusReport withCopies(Machine machine) {
        Map<String, CopyReport> answers = new HashMap<>();
        for (RunState.Server server : servers) {
            if (server.copy().isPresent() && isAlive(server)) {
                machine.readiness()
                        .report(server.host(), server.httpPort())
                        .flatMap(CopyReport::of)
                        .ifPresent(answer -> answers.put(server.name(), answer));
            }
        }
        return new StatusReport(root, state, isSupervised, servers, answers, now);
    }

    private static RunState.Server ended(RunState.Server server) {
        Phase phase =
                server.phase() == Phase.WAITING || server.phase() == Phase.BACKING_OFF ? server.phase() : Phase.ENDED;
        return new RunState.Server(
                server.name(),
                server.role(),
                server.host(),
                server.port(),
                server.httpPort(),
                server.copy(),
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
        boolean hasCopies = servers.stream().anyMatch(server -> server.copy().isPresent());
        List<String> headings =
                new ArrayList<>(List.of("NAME", "ROLE", "ADDRESS", "PID", "STATE", "UPTIME", "RESTARTS"));
        if (hasCopies) {
            headings.addAll(List.of("EPOCH", "IN-SYNC", "BEHIND"));
        }
        var table = new Table(headings.toArray(String[]::new));
        for (RunState.Server server : servers) {
            List<Object> row = new ArrayList<>(row(server));
            if (hasCopies) {
                row.addAll(copyCells(server));
            }
            table.row(row.toArray());
        }
        output.table(table);
        remarks().forEach(output::remark);
    }

    private List<Object> row(RunState.Server server) {
        boolean isAlive = isAlive(server);
        CopyReport copy = copies.get(server.name());
        return List.of(
                server.name(),
                copy == null ? server.role().label() : copy.role(),
                server.address(),
                isAlive ? pid(server) : UNKNOWN,
                server.phase().label(),
                isAlive ? age(Duration.between(server.startedAt(), now)) : UNKNOWN,
                server.restarts());
    }

    private List<Object> copyCells(RunState.Server server) {
        CopyReport copy = copies.get(server.name());
        return copy == null
                ? List.of(UNKNOWN, UNKNOWN, UNKNOWN)
                : List.of(copy.epoch(), copy.isInSync() ? "yes" : "no", copy.behindBytes());
    }

    /** What a person should know of the broker groups; empty unless their copies were asked. */
    List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        servers.stream()
                .flatMap(server -> server.copy().stream())
                .map(CopyId::group)
                .distinct()
                .filter(this::isLeaderless)
                .forEach(group -> remarks.add("millrace: " + group + " has no master now, sends to it wait or fail"));
        for (RunState.Server server : servers) {
            CopyReport copy = copies.get(server.name());
            if (copy != null) {
                copy.remarks().forEach(remark -> remarks.add("millrace: " + server.name() + ": " + remark));
            }
        }
        return remarks;
    }

    private boolean isLeaderless(String group) {
        List<CopyReport> answers = servers.stream()
                .filter(server ->
                        server.copy().map(CopyId::group).filter(group::equals).isPresent())
                .flatMap(server -> Optional.ofNullable(copies.get(server.name())).stream())
                .toList();
        return !answers.isEmpty() && answers.stream().noneMatch(CopyReport::isMaster);
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
            server.copy().ifPresent(copy -> entry.put("group", copy.group()));
            CopyReport copy = copies.get(server.name());
            if (copy != null) {
                entry.put("copy", copy.json());
            }
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
