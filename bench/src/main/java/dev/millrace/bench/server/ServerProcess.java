package dev.millrace.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Java process with its log file; ended with this one. Owner: the main thread. */
public final class ServerProcess implements AutoCloseable {
    private static final long END_TIMEOUT_S = 20;
    private static final int LOG_TAIL_LINES = 20;

    private final String name;
    private final Process process;
    private final Path folder;
    private final List<String> command;
    private final long startNanos;
    private final Thread atExit;

    private ServerProcess(String name, Process process, Path folder, List<String> command, long startNanos) {
        this.name = name;
        this.process = process;
        this.folder = folder;
        this.command = command;
        this.startNanos = startNanos;
        this.atExit = new Thread(process::destroyForcibly);
    }

    /** Starts {@code java} of this process's own JDK; output goes to {@code NAME.log} in the folder. */
    public static ServerProcess start(String name, Path folder, String classPath, List<String> arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(classPath);
        command.addAll(arguments);
        return run(name, folder, command);
    }

    /** Starts any program; output goes to {@code NAME.log} in the folder. */
    public static ServerProcess startProgram(String name, Path folder, List<String> command) throws IOException {
        return run(name, folder, command);
    }

    /** Starts the same program again, which must have ended; output goes to a file of the new name. */
    public ServerProcess again(String newName) throws IOException {
        return run(newName, folder, command);
    }

    private static ServerProcess run(String name, Path folder, List<String> command) throws IOException {
        long startNanos = System.nanoTime();
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log(folder, name).toFile())
                .start();
        var server = new ServerProcess(name, process, folder, List.copyOf(command), startNanos);
        Runtime.getRuntime().addShutdownHook(server.atExit);
        return server;
    }

    public long pid() {
        return process.pid();
    }

    private static Path log(Path folder, String name) {
        return folder.resolve(name + ".log");
    }

    /** When it was started, by {@link System#nanoTime}. */
    public long startNanos() {
        return startNanos;
    }

    /** Ends it as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(END_TIMEOUT_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException(this + " does not end within " + END_TIMEOUT_S + " s of its kill");
        }
        forget();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the end of a process that ends by itself; {@code false} when it had to be ended or failed. */
    public boolean awaitEnd(long timeoutSeconds) throws InterruptedException {
        return process.waitFor(timeoutSeconds, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    /** All lines of the log so far. */
    public List<String> logLines() throws IOException {
        return Files.readAllLines(log(folder, name));
    }

    /** The last lines of the log, for an error message. */
    public String logTail() {
        try {
            var lines = logLines();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(" + log(folder, name) + " cannot be read: " + e + ")";
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_TIMEOUT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(END_TIMEOUT_S, TimeUnit.SECONDS);
            }
            forget();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    private void forget() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            process.destroyForcibly(); // this process is ending: the hook runs already
        }
    }

    @Override
    public String toString() {
        return name + " (pid " + pid() + ")";
    }
}
