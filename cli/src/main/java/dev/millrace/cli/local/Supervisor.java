package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Starts the servers of a plan, starts them again when they crash, and ends them in order. Each turn of {@link #doWork}
 * that changed something writes the {@link RunState}, so that {@code status} and {@code down} know.
 *
 * <p>Owner: main thread; {@link #requestStop} alone may come from another. After a crash of the supervisor the servers
 * run on; the next one adopts them.
 */
final class Supervisor {
    /** A server that never was ready is not tried for ever: its configuration is wrong. */
    private static final int EARLY_ENDS_MAX = 3;

    private static final int LAST_WORDS_LINES = 5;

    private final ClusterPlan plan;
    private final DataFolder folder;
    private final Machine machine;
    private final Consumer<String> narrator;
    private final List<Supervised> servers;
    private Optional<RunState> written = Optional.empty();
    private Optional<CliException> failure = Optional.empty();
    private Optional<Shutdown> shutdown = Optional.empty();
    private boolean isDone;
    private volatile boolean stopRequested;

    Supervisor(ClusterPlan plan, DataFolder folder, Machine machine, Consumer<String> narrator) {
        this.plan = plan;
        this.folder = folder;
        this.machine = machine;
        this.narrator = narrator;
        this.servers = plan.servers().stream().map(Supervised::new).toList();
    }

    /** Takes over what an earlier supervisor left running. Call before the first turn. */
    void adopt(RunState earlier) {
        for (RunState.Server left : earlier.servers()) {
            if (left.process().filter(machine.processes()::isRunning).isPresent()) {
                servers.stream()
                        .filter(server -> server.plan().name().equals(left.name()))
                        .forEach(server -> server.adopted(left, now()));
            }
        }
    }

    /** One turn: looks at every server once. */
    void doWork() {
        if (stopRequested || failure.isPresent()) {
            stop();
        } else {
            try {
                servers.forEach(this::look);
            } catch (CliException e) {
                failure = Optional.of(e);
            }
        }
        writeIfChanged();
    }

    /** Every server takes requests. */
    boolean isReady() {
        return servers.stream().allMatch(server -> server.phase() == Phase.READY);
    }

    /** Nothing runs any more, and nothing will. */
    boolean isDone() {
        return isDone;
    }

    /** Why it gave up, with the remedy; empty after a stop that was asked for. */
    Optional<CliException> failure() {
        return failure;
    }

    void requestStop() {
        stopRequested = true;
    }

    RunState state() {
        return new RunState(
                machine.processes().self(),
                plan.cluster(),
                servers.stream().map(Supervised::state).toList());
    }

    private void look(Supervised server) {
        switch (server.phase()) {
            case WAITING -> {
                if (server.plan().role() == Role.NAMESRV || nameServersAreReady()) {
                    start(server);
                }
            }
            case STARTING -> {
                if (!isRunning(server)) {
                    crashed(server);
                } else if (isReady(server.plan())) {
                    server.ready(now());
                    narrator.accept(server.plan().name() + " is ready at "
                            + server.plan().address() + ", process " + pid(server));
                }
            }
            case READY -> {
                if (!isRunning(server)) {
                    crashed(server);
                }
            }
            case BACKING_OFF -> {
                if (server.mayStartAgain(now())) {
                    start(server);
                }
            }
            case ENDED -> {}
        }
    }

    private boolean isReady(ServerPlan server) {
        return machine.readiness().isReady(server.host(), server.port(), server.httpPort());
    }

    private boolean nameServersAreReady() {
        return servers.stream()
                .filter(server -> server.plan().role() == Role.NAMESRV)
                .allMatch(server -> server.phase() == Phase.READY);
    }

    private void start(Supervised server) {
        String name = server.plan().name();
        Path config = folder.config(name);
        folder.replace(config, server.plan().configText());
        List<String> command = machine.programs().server(server.plan().role() == Role.BROKER, config);
        ProcessIdentity process = machine.processes().start(command, folder.freshLog(name));
        server.started(process, machine.clock().instant(), now());
    }

    private void crashed(Supervised server) {
        server.crashed(now());
        String name = server.plan().name();
        String how = name + " (process " + pid(server) + ") ended" + exitCode(server);
        String where = "its log is " + folder.log(name);
        if (server.earlyEnds() >= EARLY_ENDS_MAX) {
            String lastWords = String.join("\n  ", folder.tail(name, LAST_WORDS_LINES));
            failure = Optional.of(new CliException(
                    ExitCode.FAILURE,
                    how + ", " + EARLY_ENDS_MAX + " times before it was ready; " + where
                            + (lastWords.isEmpty() ? "" : ", it ends with\n  " + lastWords)));
        } else {
            narrator.accept(how + "; starts again in " + server.backOff().toMillis() + " ms; " + where);
        }
    }

    private String exitCode(Supervised server) {
        OptionalInt code = server.process().map(machine.processes()::exitCode).orElse(OptionalInt.empty());
        return code.isPresent() ? " with exit code " + code.getAsInt() : "";
    }

    private void stop() {
        if (shutdown.isEmpty()) {
            List<Shutdown.Target> targets = servers.stream()
                    .filter(server -> server.process().isPresent())
                    .map(server -> new Shutdown.Target(
                            server.plan().name(),
                            server.plan().role(),
                            server.process().orElseThrow()))
                    .toList();
            shutdown = Optional.of(new Shutdown(targets, machine.processes(), machine.nanos()));
        }
        if (!isDone && shutdown.get().doWork()) {
            servers.forEach(server -> server.ended(now()));
            isDone = true;
        }
    }

    private void writeIfChanged() {
        RunState current = state();
        if (!written.equals(Optional.of(current))) {
            written = Optional.of(current);
            try {
                folder.replace(folder.state(), current.text());
            } catch (CliException e) {
                narrator.accept(e.getMessage() + "; the servers go on, but 'status' and 'down' see old news");
            }
        }
    }

    private boolean isRunning(Supervised server) {
        return server.process().filter(machine.processes()::isRunning).isPresent();
    }

    private static long pid(Supervised server) {
        return server.process().map(ProcessIdentity::pid).orElse(0L);
    }

    private long now() {
        return machine.nanos().getAsLong();
    }
}
