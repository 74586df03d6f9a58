package dev.millrace.broker.grouptool;

import dev.millrace.protocol.codec.BodyJson;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a command writes, and in which form: one JSON value, or lines for people. */
final class Result {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--json", description = "The result as one JSON value, for programs.")
    private boolean isJson;

    /** What is under way, for people only. */
    void progress(String text) {
        if (!isJson) {
            line(text);
        }
    }

    /** The result. */
    void done(Record json, String text) {
        line(isJson ? new String(BodyJson.write(json), StandardCharsets.UTF_8) : text);
    }

    /** The result, whose JSON is there already. */
    void done(byte[] json, String text) {
        line(isJson ? new String(json, StandardCharsets.UTF_8).strip() : text);
    }

    private void line(String text) {
        PrintWriter out = command.commandLine().getOut();
        out.println(text);
        out.flush();
    }
}
