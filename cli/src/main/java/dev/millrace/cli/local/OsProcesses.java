package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Processes of the operating system.
 *
 * <p>Identity on Linux is the start in clock ticks since boot (field 22 of {@code /proc/PID/stat}) and the boot's id: it
 * does not move when the wall clock is set. Elsewhere it is the start by the wall clock.
 *
 * <p>Thread-safe: confined to the main thread.
 */
public final class OsProcesses implements Processes {
    /** So many are remembered for their exit codes before those that ended are forgotten. */
    private static final int CHILDREN_MAX = 256;

    private static final Path PROC = Path.of("/proc");
    /** State, then 18 fields, then the start: counted after the name, which may hold blanks. */
    private static final int STATE_FIELD = 0;

    private static final int START_FIELD = 19;

    private final List<String> ownSession;
    private final Map<ProcessIdentity, Process> children = new HashMap<>();

    /** Looks for {@code setsid} on {@code searchPath}, the value of the environment's {@code PATH}. */
    public OsProcesses(String searchPath) {
        this.ownSession = find("setsid", searchPath).map(List::of).orElse(List.of());
    }

    @Override
    public ProcessIdentity start(List<String> command, Path log) {
        List<String> whole = new ArrayList<>(ownSession);
        whole.addAll(command);
        try {
            Process process = new ProcessBuilder(whole)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            ProcessIdentity identity = identity(process.pid()).orElse(ProcessIdentity.gone(process.pid()));
            if (children.size() >= CHILDREN_MAX) {
                children.values().removeIf(child -> !child.isAlive());
            }
            children.put(identity, process);
            return identity;
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.MACHINE, "cannot start " + whole.getFirst() + " (" + e.getMessage() + "); see " + log, e);
        }
    }

    @Override
    public Ended run(List<String> command, Consumer<String> line) {
        try {
            Path errors = Files.createTempFile("millrace-", ".err");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .redirectError(errors.toFile())
                        .start();
                try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
                    output.lines().forEach(line);
                }
                return new Ended(process.waitFor(), Files.readString(errors));
            } finally {
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.MACHINE,
                    "cannot run " + command.getFirst() + " (" + e.getMessage() + "); build the project again",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.FAILURE, "interrupted while " + command.getFirst() + " ran; try again", e);
        }
    }

    @Override
    public boolean isRunning(ProcessIdentity process) {
        Process child = children.get(process);
        return child == null ? identity(process.pid()).filter(process::equals).isPresent() : child.isAlive();
    }

    @Override
    public void terminate(ProcessIdentity process) {
        if (isRunning(process)) {
            ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroy);
        }
    }

    @Override
    public void kill(ProcessIdentity process) {
        if (isRunning(process)) {
            ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Override
    public OptionalInt exitCode(ProcessIdentity process) {
        Process child = children.get(process);
        return child == null || child.isAlive() ? OptionalInt.empty() : OptionalInt.of(child.exitValue());
    }

    @Override
    public ProcessIdentity self() {
        long pid = ProcessHandle.current().pid();
        return identity(pid).orElse(ProcessIdentity.gone(pid));
    }

    private static Optional<ProcessIdentity> identity(long pid) {
        return Files.isDirectory(PROC.resolve("self")) ? linuxIdentity(pid) : portableIdentity(pid);
    }

    private static Optional<ProcessIdentity> linuxIdentity(long pid) {
        try {
            String stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            String state = fields[STATE_FIELD];
            if (state.equals("Z") || state.equals("X")) {
                return Optional.empty();
            }
            String boot =
                    Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
            return Optional.of(new ProcessIdentity(pid, fields[START_FIELD] + "@" + boot));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<ProcessIdentity> portableIdentity(long pid) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(handle -> handle.info().startInstant())
                .map(start -> new ProcessIdentity(pid, start.toString()));
    }

    private static Optional<String> find(String program, String searchPath) {
        for (String folder : searchPath.split(java.io.File.pathSeparator, -1)) {
            Path candidate = Path.of(folder).resolve(program);
            if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return Optional.of(candidate.toString());
            }
        }
        return Optional.empty();
    }
}
