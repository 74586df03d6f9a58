package dev.millrace.cli.local;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Processes of this machine, as local mode needs them; tests put their own in place. */
public interface Processes {
    /** Starts a command in a session of its own, so that Ctrl-C does not reach it; output is appended to {@code log}. */
    ProcessIdentity start(List<String> command, Path log);

    /**
     * Runs a command to its end, in the foreground: Ctrl-C reaches it too.
     *
     * @param line takes each line of its standard output as it comes
     */
    Ended run(List<String> command, Consumer<String> line);

    /**
     * How a command ended.
     *
     * @param errors what it wrote to standard error
     */
    record Ended(int exitCode, String errors) {}

    /** Whether exactly this process runs: not one that got its id later, and not one that ended and was not buried. */
    boolean isRunning(ProcessIdentity process);

    /** Asks the process to end; nothing happens where it is gone. */
    void terminate(ProcessIdentity process);

    /** Ends the process at once; nothing happens where it is gone. */
    void kill(ProcessIdentity process);

    /** How it ended, where this program started it. */
    OptionalInt exitCode(ProcessIdentity process);

    /** The process this code runs in. */
    ProcessIdentity self();
}
