package dev.millrace.e2e.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The published {@code mqadmin} 5.5.0 as a user starts it: a process for each command. Thread-safe: immutable. */
public final class MqAdmin {

    private static final int SECONDS_MAX = 60;

    /** What the tool's logging library says about itself before the tool prints anything. */
    private static final Pattern OWN_LOG = Pattern.compile("(?m)^\\d\\d:\\d\\d:\\d\\d,\\d+ \\|-.*\\R");

    private final Path scratch;
    private final String namesrvAddress;
    private final String headerType;

    /** @param headerType {@code JSON} or {@code ROCKETMQ} */
    public MqAdmin(Path scratch, String namesrvAddress, String headerType) {
        this.scratch = scratch;
        this.namesrvAddress = namesrvAddress;
        this.headerType = headerType;
    }

    /** Runs a command and returns all it printed. The tool ends with 0 even when it failed: judge by the text. */
    public String run(String command, String... arguments) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Jars.ofApacheServers() + "/*",
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Drocketmq.home.dir=" + scratch,
                "-Duser.home=" + scratch,
                "-Drocketmq.serialize.type=" + headerType,
                "org.apache.rocketmq.tools.command.MQAdminStartup",
                command,
                "-n",
                namesrvAddress));
        line.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("mqadmin " + command + " did not end; it printed:\n" + output);
            }
            return OWN_LOG.matcher(output).replaceAll("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while mqadmin ran; run the test again", e);
        }
    }
}
