package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace down}: ends the local servers; their messages stay. */
@Command(
        name = "down",
        description = "Ends the local servers; their messages stay in the data folder.",
        footer = "Exit code: 0 when nothing runs any more, also when nothing ran.")
public final class DownCommand implements Callable<Integer> {
    private static final Duration STEP = Duration.ofMillis(20);
    /** Two stages of a supervisor's own shutdown, and some air. */
    private static final Duration SUPERVISOR_PATIENCE =
            Shutdown.PATIENCE.multipliedBy(2).plusSeconds(5);

    private final Machine machine;

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Output output = new Output();

    public DownCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        Optional<RunState> state = data.state();
        List<String> running = state.stream()
                .flatMap(found -> found.servers().stream())
                .filter(server ->
                        server.process().filter(machine.processes()::isRunning).isPresent())
                .map(RunState.Server::name)
                .toList();
        state.ifPresent(found -> endSupervisor(found.supervisor()));
        endServers(data.state());
        if (output.isJson()) {
            output.json(Map.of("stopped", running));
        } else if (running.isEmpty()) {
            output.line("nothing ran from " + data.folder().root());
        } else {
            output.line("ended " + String.join(", ", running) + "; messages stay in "
                    + data.folder().root());
        }
        return ExitCode.OK.number();
    }

    private void endSupervisor(ProcessIdentity supervisor) {
        long start = machine.nanos().getAsLong();
        machine.processes().terminate(supervisor);
        while (machine.processes().isRunning(supervisor)) {
            if (machine.nanos().getAsLong() - start > SUPERVISOR_PATIENCE.toNanos()) {
                machine.processes().kill(supervisor);
            }
            machine.pause().accept(STEP);
        }
    }

    /** Whatever a supervisor that crashed, or was killed, left behind. */
    private void endServers(Optional<RunState> state) {
        List<Shutdown.Target> targets = new ArrayList<>();
        state.stream()
                .flatMap(found -> found.servers().stream())
                .forEach(server -> server.process()
                        .ifPresent(process -> targets.add(new Shutdown.Target(server.name(), server.role(), process))));
        var shutdown = new Shutdown(targets, machine.processes(), machine.nanos());
        long start = machine.nanos().getAsLong();
        while (!shutdown.doWork()) {
            if (machine.nanos().getAsLong() - start > SUPERVISOR_PATIENCE.toNanos()) {
                throw new CliException(
                        ExitCode.FAILURE,
                        "some of " + targets + " still run though they were killed; look at them with ps");
            }
            machine.pause().accept(STEP);
        }
    }
}
