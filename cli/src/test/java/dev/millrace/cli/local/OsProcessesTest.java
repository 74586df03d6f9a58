package dev.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.terminal.CliException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OsProcessesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final OsProcesses processes = new OsProcesses(System.getenv().getOrDefault("PATH", ""));

    @Test
    void knowsItself() {
        ProcessIdentity self = processes.self();

        assertThat(self.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(processes.isRunning(self)).isTrue();
        assertThat(ProcessIdentity.parse(self.toString())).isEqualTo(self);
    }

    @Test
    void doesNotTakeAnotherProcessWithTheSameIdForIt() {
        var impostor = new ProcessIdentity(processes.self().pid(), "another start");

        assertThat(processes.isRunning(impostor)).isFalse();
    }

    @Test
    void endsWhatItStarted(@TempDir Path folder) {
        ProcessIdentity sleeper = processes.start(List.of("sleep", "60"), folder.resolve("log"));
        assertThat(processes.isRunning(sleeper)).isTrue();

        processes.terminate(sleeper);

        awaitEnd(sleeper);
        assertThat(processes.exitCode(sleeper)).isPresent();
    }

    @Test
    void appendsOutputToTheLogAndTellsTheExitCode(@TempDir Path folder) {
        Path log = folder.resolve("log");
        ProcessIdentity first = processes.start(List.of("sh", "-c", "echo one"), log);
        awaitEnd(first);
        ProcessIdentity second = processes.start(List.of("sh", "-c", "echo two >&2; exit 3"), log);
        awaitEnd(second);

        assertThat(log).hasContent("one\ntwo");
        assertThat(processes.exitCode(second)).hasValue(3);
    }

    @Test
    void namesAProgramThatIsNotThere(@TempDir Path folder) {
        var withoutSession = new OsProcesses("/nowhere");

        assertThatThrownBy(() -> withoutSession.start(List.of("/nowhere/java"), folder.resolve("log")))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("cannot start /nowhere/java");
    }

    @Test
    void runsACommandAndPassesItsLinesOn() {
        List<String> lines = new ArrayList<>();

        Processes.Ended ended =
                processes.run(List.of("sh", "-c", "echo one; echo bad >&2; echo two; exit 4"), lines::add);

        assertThat(lines).containsExactly("one", "two");
        assertThat(ended).isEqualTo(new Processes.Ended(4, "bad\n"));
    }

    @Test
    void namesACommandThatIsNotThere() {
        assertThatThrownBy(() -> processes.run(List.of("/nowhere/java"), line -> {}))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("cannot run /nowhere/java");
    }

    private void awaitEnd(ProcessIdentity process) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (processes.isRunning(process) || processes.exitCode(process).isEmpty()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
