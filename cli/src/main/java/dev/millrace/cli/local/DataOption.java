package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that says which data folder a command is about. */
public final class DataOption {
    @Option(
            names = "--data",
            defaultValue = "${env:MILLRACE_DATA:-millrace-data}",
            paramLabel = "DIR",
            description = "Folder of the local servers: messages, logs, what runs"
                    + " (default: $MILLRACE_DATA, else ./millrace-data).")
    private Path data = Path.of("millrace-data");

    DataFolder folder() {
        return new DataFolder(data);
    }

    /** What was written last about the servers of this folder. */
    Optional<RunState> state() {
        Path file = folder().state();
        try {
            return RunState.read(file);
        } catch (IOException | IllegalArgumentException | java.time.format.DateTimeParseException e) {
            throw new CliException(
                    ExitCode.MACHINE,
                    "cannot read " + file + " (" + e.getMessage() + "); end the servers named in " + folder().root()
                            + "/conf by hand, then remove that file",
                    e);
        }
    }
}
