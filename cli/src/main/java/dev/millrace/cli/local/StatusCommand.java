package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace status}: what runs from a data folder. */
@Command(
        name = "status",
        description = "Shows the local servers.",
        footer = "Exit code: 0 everything ready, 1 something is not, 3 nothing runs.")
public final class StatusCommand implements Callable<Integer> {
    private final Machine machine;

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private Output output = new Output();

    public StatusCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        DataFolder folder = data.folder();
        var report = data.state()
                .map(state -> StatusReport.of(folder, state, machine))
                .orElseThrow(() -> notRunning(folder));
        report.print(output);
        if (report.isDown()) {
            throw notRunning(folder);
        }
        if (!report.isSupervised()) {
            output.remark("millrace: no supervisor runs, a crashed server stays down; 'millrace up' takes over");
        }
        return (report.isReady() ? ExitCode.OK : ExitCode.FAILURE).number();
    }

    private static CliException notRunning(DataFolder folder) {
        return new CliException(
                ExitCode.NOT_RUNNING,
                "nothing runs from " + folder.root()
                        + "; start with 'millrace up', or name another folder with --data");
    }
}
