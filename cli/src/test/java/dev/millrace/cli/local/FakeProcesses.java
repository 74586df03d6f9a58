package dev.millrace.cli.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/** Processes that exist in memory only. */
final class FakeProcesses implements Processes {
    final List<List<String>> commands = new ArrayList<>();
    final List<Long> terminated = new ArrayList<>();
    final List<Long> killed = new ArrayList<>();
    final Set<Long> deaf = new HashSet<>();
    Ended answer = new Ended(0, "");
    private final Set<ProcessIdentity> running = new HashSet<>();

    @Override
    public ProcessIdentity start(List<String> command, Path log) {
        commands.add(command);
        return spawn(100L + commands.size());
    }

    /** Runs at once and says what it was asked. */
    @Override
    public Ended run(List<String> command, Consumer<String> line) {
        commands.add(command);
        line.accept(String.join(" ", command));
        return answer;
    }

    ProcessIdentity spawn(long pid) {
        var process = new ProcessIdentity(pid, "start-" + pid);
        running.add(process);
        return process;
    }

    void crash(long pid) {
        running.removeIf(process -> process.pid() == pid);
    }

    @Override
    public boolean isRunning(ProcessIdentity process) {
        return running.contains(process);
    }

    @Override
    public void terminate(ProcessIdentity process) {
        terminated.add(process.pid());
        if (!deaf.contains(process.pid())) {
            running.remove(process);
        }
    }

    @Override
    public void kill(ProcessIdentity process) {
        killed.add(process.pid());
        running.remove(process);
    }

    @Override
    public OptionalInt exitCode(ProcessIdentity process) {
        return running.contains(process) ? OptionalInt.empty() : OptionalInt.of(7);
    }

    @Override
    public ProcessIdentity self() {
        return new ProcessIdentity(1, "self");
    }
}
