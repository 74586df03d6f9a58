package dev.millrace.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Another process with the classes of this test, spoken to by lines; it ends with the test. Owner: one test. */
final class ChildJvm implements AutoCloseable {
    private static final int DEADLINE_SECONDS = 60;
    private static final String END = "the process ended";

    private final Process process;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ChildJvm(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::read);
    }

    static ChildJvm start(Class<?> main, String... arguments) {
        return start(List.of(), main, arguments);
    }

    /** @param launcher words of a command that runs the words behind it */
    static ChildJvm start(List<String> launcher, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(launcher);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        try {
            return new ChildJvm(
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new UncheckedIOException("can't start " + command, e);
        }
    }

    private void read() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add(String.valueOf(e));
        }
        lines.add(END);
    }

    long pid() {
        return process.pid();
    }

    /** The next line that begins with this word; what else it says is told if it ends before. */
    String awaitLine(String word) throws InterruptedException {
        List<String> others = new ArrayList<>();
        @Nullable String line = lines.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        while (line != null && !line.equals(END)) {
            if (line.startsWith(word)) {
                return line;
            }
            others.add(line);
            line = lines.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
        throw new AssertionError("no line '" + word + "' within " + DEADLINE_SECONDS + " s, but " + others);
    }

    void tell(String line) throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
    }

    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("process " + pid() + " did not end within " + DEADLINE_SECONDS + " s");
        }
        return process.exitValue();
    }

    /** As {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        awaitEnd();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
