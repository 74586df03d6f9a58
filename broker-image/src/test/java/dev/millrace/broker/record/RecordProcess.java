package dev.millrace.broker.record;

import static dev.millrace.broker.record.Sample.record;
import static dev.millrace.broker.record.Sample.withNonce;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupRecord.Reason;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.PutOutcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process that writes the record of a group, told what to do by lines; it ends with its input. Owner: one test.
 *
 * <ul>
 *   <li>{@code prepare}: read the state; answers {@code prepared}
 *   <li>{@code go}: write on it; answers with the outcome's name
 *   <li>{@code spin}: write for ever; answers each write with its revision
 *   <li>{@code hold}: take the lock of the folder for ever; answers {@code held}
 * </ul>
 */
final class RecordProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private RecordProcess(Process process) {
        this.process = process;
        this.lines = process.inputReader(StandardCharsets.UTF_8);
    }

    static RecordProcess start(Path folder, String name) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                RecordProcess.class.getName(),
                folder.toString(),
                name);
        return new RecordProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    void tell(String line) throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
    }

    String line() throws IOException {
        @Nullable String line = lines.readLine();
        if (line == null) {
            throw new AssertionError("process " + process.pid() + " ended");
        }
        return line;
    }

    /** As {@code kill -9}; answers with the last line that it wrote. */
    String kill(String last) throws IOException, InterruptedException {
        // The process itself would close what it has written so far.
        process.toHandle().destroyForcibly();
        process.waitFor();
        String newest = last;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            newest = line;
        }
        return newest;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** The record after this one, of a writer. */
    static GroupRecord after(GroupRecord before, String writer) {
        long revision = before.revision() + 1;
        return withNonce(record(revision, before.epoch(), 0, Reason.EXPAND, "a", "b", "c"), writer + revision);
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        try (ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
                BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            FileElectionRecord record = new FileElectionRecord(folder, System::nanoTime, thread);
            GroupState state = read(record);
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                switch (line) {
                    case "prepare" -> {
                        state = read(record);
                        System.out.println("prepared");
                    }
                    case "go" ->
                        System.out.println(
                                write(record, state, arguments[1]).getClass().getSimpleName());
                    case "spin" -> spin(record, arguments[1]);
                    case "hold" -> hold(folder, input);
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
    }

    private static GroupState read(FileElectionRecord record) {
        return record.read().toCompletableFuture().join();
    }

    private static PutOutcome write(FileElectionRecord record, GroupState state, String name) {
        GroupRecord next = after(state.record().orElseThrow(), name);
        return record.put(state.uid(), state.version(), next)
                .toCompletableFuture()
                .join();
    }

    private static void spin(FileElectionRecord record, String name) {
        GroupState state = read(record);
        while (write(record, state, name) instanceof PutOutcome.Written written) {
            state = written.state();
            System.out.println(state.record().orElseThrow().revision());
        }
        throw new AssertionError("somebody else wrote");
    }

    private static void hold(Path folder, BufferedReader input) {
        new SharedFolder(folder, System::nanoTime).locked(() -> {
            System.out.println("held");
            return String.valueOf(input.readLine());
        });
    }

    /** Deletes a folder with what is in it, without looking deeper. */
    static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be deleted", e);
        }
    }
}
