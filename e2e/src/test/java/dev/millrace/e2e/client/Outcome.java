package dev.millrace.e2e.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a scenario ended in one cell; a line of tab-separated words, in files that only grow while suites run. Thread-safe:
 * immutable.
 *
 * @param kind whose servers, as their enum constant
 * @param header how the client writes headers, as its enum constant
 * @param scenario {@code Class.method}
 * @param reason why it did not pass; empty if it did
 */
public record Outcome(
        String kind, String clientVersion, String header, String scenario, Verdict verdict, String reason) {

    /** How it ended. */
    public enum Verdict {
        PASSED,
        FAILED,
        IMPOSSIBLE
    }

    private static final Path FOLDER = Path.of("target", "compatibility");
    private static final Path FILE = FOLDER.resolve("results.tsv");
    private static final int REASON_CHARS_MAX = 200;

    public Outcome {
        reason = reason.replaceAll("\\s+", " ").strip();
        reason = reason.substring(0, Math.min(reason.length(), REASON_CHARS_MAX));
    }

    static Outcome of(ScenarioRef scenario, HeaderType header, Environment env, @Nullable Throwable failure) {
        String reason = failure == null ? "" : String.valueOf(failure.getMessage());
        Verdict verdict = Verdict.PASSED;
        if (failure != null) {
            verdict = failure instanceof NotPossible ? Verdict.IMPOSSIBLE : Verdict.FAILED;
        }
        return new Outcome(env.kind().name(), env.clientVersion(), header.name(), scenario.toString(), verdict, reason);
    }

    /** Adds it to what this build's runs have written. */
    void write() {
        synchronized (Outcome.class) {
            try {
                Files.createDirectories(FOLDER);
                Files.writeString(FILE, line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Everything that was written since the last clean build. */
    public static List<Outcome> ofThisBuild() throws IOException {
        return Files.exists(FILE) ? read(FILE) : List.of();
    }

    /** Reads a file of outcomes. */
    public static List<Outcome> read(Path file) throws IOException {
        return Files.readAllLines(file).stream().map(Outcome::parse).toList();
    }

    /** Where it belongs: later outcomes of a cell replace earlier ones. */
    public String cell() {
        return String.join("\t", scenario, kind, clientVersion, header);
    }

    public String line() {
        return String.join("\t", cell(), verdict.name(), reason);
    }

    private static Outcome parse(String line) {
        String[] words = line.split("\t", -1);
        return new Outcome(words[1], words[2], words[3], words[0], Verdict.valueOf(words[4]), words[5]);
    }
}
