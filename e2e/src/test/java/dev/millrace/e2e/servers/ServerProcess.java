package dev.millrace.e2e.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One Java program in its own process, started as often as needed. Owner: the servers or the test it belongs to. */
public final class ServerProcess {

    private static final int STOP_SECONDS_MAX = 60;
    private static final int TAIL_CHARS = 6_000;

    private final List<String> command;
    private final Path output;
    private @Nullable Process process;

    /** Kills the process when the test's virtual machine ends early, so that nothing outlives a broken run. */
    private @Nullable Thread guard;

    /** @param output gets what the program prints; {@code arguments} follow {@code java} */
    public ServerProcess(Path output, List<String> arguments) {
        this(output, List.of(), arguments);
    }

    /** @param prefix of the command, a program that becomes the one it is given */
    ServerProcess(Path output, List<String> prefix, List<String> arguments) {
        this.output = output;
        this.command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
    }

    public void start() {
        if (isAlive()) {
            throw new IllegalStateException("process " + output + " runs already; end it first");
        }
        try {
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
            process = started;
            guard = new Thread(started::destroyForcibly, "e2e-guard");
            Runtime.getRuntime().addShutdownHook(guard);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public void requireAlive() {
        if (!isAlive()) {
            throw new AssertionError("process ended by itself; its output ends with:\n" + tail());
        }
    }

    /** Ends it at once ({@code kill -9}) and returns when it is gone. */
    public void kill() {
        if (process != null) {
            process.destroyForcibly();
            await(process);
        }
    }

    /** Asks it to end ({@code kill}) and returns when it is gone. */
    public void stop() {
        if (process != null) {
            process.destroy();
            await(process);
        }
    }

    /** Of the process that ended last. */
    public int exitCode() {
        if (process == null) {
            throw new IllegalStateException("process " + output + " was never started; start it first");
        }
        return process.exitValue();
    }

    /** Sends it a signal, by the name that {@code kill} knows. */
    public void signal(String name) {
        if (process == null) {
            throw new IllegalStateException("process " + output + " was never started; start it first");
        }
        try {
            int code = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError("kill -" + name + " of process " + process.pid() + " failed: " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; run the test again", e);
        }
    }

    private void await(Process ending) {
        try {
            if (!ending.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                ending.destroyForcibly().waitFor();
                throw new AssertionError("process did not end in " + STOP_SECONDS_MAX + " s:\n" + tail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a server ended; run the test again", e);
        }
        if (guard != null) {
            Runtime.getRuntime().removeShutdownHook(guard);
            guard = null;
        }
    }

    public String tail() {
        try {
            String text = Files.exists(output) ? Files.readString(output, StandardCharsets.UTF_8) : "";
            return text.substring(Math.max(0, text.length() - TAIL_CHARS));
        } catch (IOException e) {
            return "unreadable: " + e;
        }
    }
}
