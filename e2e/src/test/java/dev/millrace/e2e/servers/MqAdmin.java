package dev.millrace.e2e.servers;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The published {@code mqadmin} 5.5.0. One process runs one command line after the other: a process for each would spend
 * most of its time with its start, and with waiting for the tool's network threads. A command that ends the process gets
 * an answer too, and the next one a new process. Owner: the test that opened it; one command at a time.
 */
public final class MqAdmin implements AutoCloseable {

    private static final int SECONDS_MAX = 60;
    private static final int END_SECONDS_MAX = 10;

    /** What the tool's logging library says about itself before the tool prints anything. */
    private static final Pattern OWN_LOG = Pattern.compile("(?m)^\\d\\d:\\d\\d:\\d\\d,\\d+ \\|-.*\\R");

    private final Path scratch;
    private final String namesrvAddress;
    private final String headerType;
    private @Nullable Process process;

    /** @param headerType {@code JSON} or {@code ROCKETMQ} */
    public MqAdmin(Path scratch, String namesrvAddress, String headerType) {
        this.scratch = scratch;
        this.namesrvAddress = namesrvAddress;
        this.headerType = headerType;
    }

    /** Runs a command and returns all it printed. The tool ends with 0 even when it failed: judge by the text. */
    public synchronized String run(String command, String... arguments) {
        List<String> line = new ArrayList<>(List.of(command, "-n", namesrvAddress));
        line.addAll(List.of(arguments));
        try {
            Process running = process == null ? start() : process;
            process = running;
            ask(running, line);
            return OWN_LOG.matcher(answer(running, command)).replaceAll("");
        } catch (IOException e) {
            // The next command gets a process that can answer.
            end();
            throw new UncheckedIOException("mqadmin " + command + " failed: " + complaints(), e);
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Jars.ofApacheServers() + "/*:" + Jars.testClasses(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+DisplayVMOutputToStderr",
                        "-Drocketmq.home.dir=" + scratch,
                        "-Duser.home=" + scratch,
                        "-Drocketmq.serialize.type=" + headerType,
                        MqAdminMain.class.getName())
                .redirectError(complaintsFile().toFile())
                .start();
    }

    private static void ask(Process running, List<String> line) throws IOException {
        DataOutputStream out = new DataOutputStream(running.getOutputStream());
        out.writeInt(line.size());
        for (String word : line) {
            out.writeUTF(word);
        }
        out.flush();
    }

    private String answer(Process running, String command) throws IOException {
        CompletableFuture<MqAdminMain.Answer> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return MqAdminMain.Answer.read(new DataInputStream(running.getInputStream()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            MqAdminMain.Answer got = answer.get(SECONDS_MAX, TimeUnit.SECONDS);
            if (got.isLast()) {
                end();
            }
            return got.output();
        } catch (TimeoutException e) {
            end();
            String output = answer.handle((got, fault) -> got == null ? complaints() : got.output())
                    .join();
            throw new AssertionError("mqadmin " + command + " did not end; it printed:\n" + output, e);
        } catch (ExecutionException e) {
            throw new IOException("the process ended without an answer", e.getCause());
        } catch (InterruptedException e) {
            // Its answer would be taken for that of the next command.
            end();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while mqadmin ran; run the test again", e);
        }
    }

    private Path complaintsFile() {
        return scratch.resolve("mqadmin.err");
    }

    private String complaints() {
        try {
            return Files.exists(complaintsFile()) ? Files.readString(complaintsFile(), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            return "unreadable: " + e;
        }
    }

    /** The process tells what a running command printed before it goes. */
    private void end() {
        Process ending = process;
        process = null;
        if (ending == null) {
            return;
        }
        ending.destroy();
        try {
            if (!ending.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                ending.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            ending.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void close() {
        end();
    }
}
