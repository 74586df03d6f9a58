package dev.millrace.e2e.idempotence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A server in its own process on a port of 127.0.0.1, started as often as needed. Owner: one test class. */
final class ServerProcess {
    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final int STOP_SECONDS_MAX = 30;
    private static final int CONNECT_TIMEOUT_MS = 200;

    private final List<String> command;
    private final Path output;
    private final int port;
    private final String stopSignal;
    private @Nullable Process process;

    /** Kills the process when the test's virtual machine ends early, so that nothing outlives a broken run. */
    private @Nullable Thread guard;

    ServerProcess(List<String> command, Path output, int port, String stopSignal) {
        this.command = command;
        this.output = output;
        this.port = port;
        this.stopSignal = stopSignal;
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a command to its end; what it prints goes to a file. */
    static void run(List<String> command, Path output) {
        try {
            int code = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new AssertionError(command + " ended with " + code + ":\n" + Files.readString(output));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; run the test again", e);
        }
    }

    /** Starts it and waits until it takes connections. */
    void start() {
        try {
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
            process = started;
            guard = new Thread(started::destroyForcibly, "e2e-guard");
            Runtime.getRuntime().addShutdownHook(guard);
            Awaitility.await().atMost(START_MAX).until(() -> isListening(started));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isListening(Process started) throws IOException {
        if (!started.isAlive()) {
            throw new AssertionError(command + " ended by itself:\n" + Files.readString(output));
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    void stop() {
        Process ending = running();
        signal(stopSignal, Stream.of(ending.toHandle()));
        try {
            if (!ending.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                ending.destroyForcibly().waitFor();
                throw new AssertionError(command + " did not end in " + STOP_SECONDS_MAX + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a server ended; run the test again", e);
        }
        if (guard != null) {
            Runtime.getRuntime().removeShutdownHook(guard);
        }
        process = null;
    }

    /** It stands still, with all its children: connections stay open and nothing answers. */
    void freeze() {
        signal("STOP", family());
    }

    void thaw() {
        signal("CONT", family());
    }

    private Stream<ProcessHandle> family() {
        ProcessHandle parent = running().toHandle();
        return Stream.concat(Stream.of(parent), parent.descendants());
    }

    boolean isRunning() {
        return process != null;
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException(command + " does not run; start it first");
        }
        return process;
    }

    private void signal(String name, Stream<ProcessHandle> targets) {
        targets.forEach(target -> run(List.of("sh", "-c", "kill -" + name + " " + target.pid()), output));
    }
}
