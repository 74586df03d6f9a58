package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code millrace status}: what runs from a data folder. */
@Command(
        name = "status",
        description = "Shows the local servers.",
        footer = "Exit code: 0 everything ready, 1 something is not, 3 nothing runs.")
public final class StatusCommand implements Callable<Integer> {
    private static final Duration WATCH_STEP = Duration.ofSeconds(1);

    private final Machine machine;

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--watch", description = "Shows it again each second, until Ctrl-C.")
    private boolean isWatching;

    @Mixin
    private Output output = new Output();

    public StatusCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        if (isWatching) {
            watch();
        }
        DataFolder folder = data.folder();
        var report = report().orElseThrow(() -> notRunning(folder));
        report.print(output);
        if (report.isDown()) {
            throw notRunning(folder);
        }
        if (!report.isSupervised()) {
            output.remark("millrace: no supervisor runs, a crashed server stays down; 'millrace up' takes over");
        }
        return (report.isReady() ? ExitCode.OK : ExitCode.FAILURE).number();
    }

    private Optional<StatusReport> report() {
        return data.state()
                .map(state -> StatusReport.of(data.folder(), state, machine).withCopies(machine));
    }

    /** Until this program is ended: on a terminal in one place, otherwise one after the other. */
    private void watch() {
        boolean isTerminal = !output.isJson() && machine.isTerminal().getAsBoolean();
        while (true) {
            Optional<StatusReport> report = report();
            if (isTerminal) {
                output.clearScreen();
            }
            report.ifPresentOrElse(
                    found -> found.print(output),
                    () -> output.remark(
                            "millrace: nothing runs from " + data.folder().root()));
            machine.pause().accept(WATCH_STEP);
        }
    }

    static CliException notRunning(DataFolder folder) {
        return new CliException(
                ExitCode.NOT_RUNNING,
                "nothing runs from " + folder.root()
                        + "; start with 'millrace up', or name another folder with --data");
    }
}
