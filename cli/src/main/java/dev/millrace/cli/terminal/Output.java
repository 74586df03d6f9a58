package dev.millrace.cli.terminal;

import java.io.PrintWriter;
import java.util.Collection;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a command writes, and in which form: results on standard output, remarks and errors on standard error. */
public final class Output {
    /** The form of results. */
    public enum Format {
        TEXT,
        JSON
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = {"-o", "--output"},
            defaultValue = "text",
            paramLabel = "FORMAT",
            description = "Form of the result: text for people, json for programs (default: ${DEFAULT-VALUE}).")
    private Format format = Format.TEXT;

    public boolean isJson() {
        return format == Format.JSON;
    }

    /** One line of the result, for people. */
    public void line(String text) {
        out().println(text);
        out().flush();
    }

    /** The result for programs: one JSON value on one line. */
    public void json(Object value) {
        line(Json.write(value));
    }

    /** A remark that is no part of the result. */
    public void remark(String text) {
        PrintWriter err = command.commandLine().getErr();
        err.println(text);
        err.flush();
    }

    /** What was written is taken from the screen, so that what comes next stands in its place. Only for a terminal. */
    public void clearScreen() {
        out().print("\u001b[H\u001b[2J");
    }

    public void table(Table table) {
        Collection<String> lines = table.lines();
        lines.forEach(this::line);
    }

    private PrintWriter out() {
        return command.commandLine().getOut();
    }
}
