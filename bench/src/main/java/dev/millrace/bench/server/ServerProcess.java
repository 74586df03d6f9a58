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
    private final Path log;
    private final Thread atExit;

    private ServerProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
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
        var log = folder.resolve(name + ".log");
        var process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        var server = new ServerProcess(name, process, log);
        Runtime.getRuntime().addShutdownHook(server.atExit);
        return server;
    }

    public long pid() {
        return process.pid();
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
        return Files.readAllLines(log);
    }

    /** The last lines of the log, for an error message. */
    public String logTail() {
        try {
            var lines = logLines();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(" + log + " cannot be read: " + e + ")";
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_TIMEOUT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(END_TIMEOUT_S, TimeUnit.SECONDS);
            }
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        } catch (IllegalStateException e) {
            process.destroyForcibly(); // this process is ending: the hook runs already
        }
    }

    @Override
    public String toString() {
        return name + " (pid " + pid() + ")";
    }
}
