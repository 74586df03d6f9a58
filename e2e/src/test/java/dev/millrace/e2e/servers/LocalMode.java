package dev.millrace.e2e.servers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Commands of a source tree as a reader types them at its root, and the cluster that {@code ./millrace up} leaves behind.
 * They take what the build has made. Owner: the test that opened it.
 */
public final class LocalMode implements AutoCloseable {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int SECONDS_MAX = 120;

    private final Path scratch;
    private final int namesrvPort = Ports.freeBlock();
    private final int brokerPort = Ports.freeBlock();
    private final Thread guard = new Thread(this::down, "e2e-guard");

    /** @param scratch gets messages, logs, and what commands print */
    public LocalMode(Path scratch) {
        this.scratch = scratch;
    }

    /** Runs {@code ./millrace up --detach}, or what else a page says, with ports and a folder of its own. */
    public void up(String command) {
        Runtime.getRuntime().addShutdownHook(guard);
        run("%s --data %s --namesrv-port %d --broker-port %d".formatted(command, data(), namesrvPort, brokerPort));
    }

    private Path data() {
        return scratch.resolve("data");
    }

    /** Runs a command without quotes at the root of the source tree; returns what it printed, once it ended well. */
    public List<String> run(String command) {
        try {
            Path output = Files.createTempFile(scratch, "command", ".out");
            Path errors = Files.createTempFile(scratch, "command", ".err");
            boolean isWell = hasEndedWell(command, output.toFile(), errors.toFile());
            List<String> lines = Files.readAllLines(output);
            if (!isWell) {
                throw new AssertionError("'%s' did not end well; it printed %s and %s"
                        .formatted(command, lines, Files.readString(errors)));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean hasEndedWell(String command, File output, File errors) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command.split(" ", -1))))
                .directory(ROOT.toFile())
                .redirectOutput(output)
                .redirectError(errors);
        builder.environment()
                .putAll(Map.of(
                        "MILLRACE_NAMESRV",
                        "127.0.0.1:" + namesrvPort,
                        "MILLRACE_BUILD",
                        "never",
                        "JAVA_HOME",
                        System.getProperty("java.home")));
        Process process = builder.start();
        try {
            return process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            process.destroyForcibly();
        }
    }

    private void down() {
        run("./millrace down --data " + data());
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(guard);
        down();
    }
}
