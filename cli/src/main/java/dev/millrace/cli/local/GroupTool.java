package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The program that makes and steers broker groups; it comes with the broker, which knows the election record.
 *
 * <p>Thread-safe: immutable.
 */
record GroupTool(Machine machine) {
    private static final String OWN_PREFIX = "group: ";

    /**
     * Runs it to its end.
     *
     * @param line takes each line of its result as it comes
     * @throws CliException with its words, if it does not succeed
     */
    void run(List<String> arguments, Consumer<String> line) {
        Processes.Ended ended = machine.processes().run(machine.programs().group(arguments), line);
        if (ended.exitCode() != ExitCode.OK.number()) {
            throw new CliException(exitCode(ended.exitCode()), text(ended, arguments.getFirst()));
        }
    }

    private static ExitCode exitCode(int number) {
        return Arrays.stream(ExitCode.values())
                .filter(code -> code.number() == number)
                .findFirst()
                .orElse(ExitCode.FAILURE);
    }

    private static String text(Processes.Ended ended, String verb) {
        String errors = ended.errors().strip();
        if (errors.isEmpty()) {
            return "the group tool ended with exit code " + ended.exitCode() + " at '" + verb
                    + "' without a word; build the project again";
        }
        return errors.startsWith(OWN_PREFIX) ? errors.substring(OWN_PREFIX.length()) : errors;
    }
}
