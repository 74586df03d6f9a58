package dev.millrace.cli.terminal;

import java.io.Serial;
import java.util.List;

/** A command cannot go on. Each message is one line for the person: what, the values, the remedy. */
public final class CliException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    public CliException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public CliException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** Several problems at once, each on its own line. */
    public static CliException of(ExitCode exitCode, List<String> messages) {
        return new CliException(exitCode, String.join("\n", messages));
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
