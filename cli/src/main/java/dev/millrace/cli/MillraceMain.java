package dev.millrace.cli;

import dev.millrace.cli.cluster.ClientCluster;
import dev.millrace.cli.local.JavaPrograms;
import dev.millrace.cli.local.Machine;
import dev.millrace.cli.local.OsProcesses;
import dev.millrace.cli.local.Readiness;
import java.io.Console;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Entry point and wiring of the {@code millrace} command: the one place that knows the real machine. */
public final class MillraceMain {
    private MillraceMain() {}

    public static void main(String[] arguments) {
        // The client logs, this program reports errors by itself: no remark that nobody listens.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.exit(Commands.commandLine(machine(), System.in).execute(arguments));
    }

    private static Machine machine() {
        String options =
                System.getenv().getOrDefault("MILLRACE_SERVER_JAVA_OPTS", "").strip();
        var programs = new JavaPrograms(
                Path.of(System.getProperty("millrace.home", "."))
                        .toAbsolutePath()
                        .normalize(),
                Path.of(System.getProperty("java.home")),
                System.getProperty("java.class.path"),
                options.isEmpty() ? List.of() : List.of(options.split("\\s+", -1)));
        return new Machine(
                new OsProcesses(System.getenv().getOrDefault("PATH", "")),
                programs,
                Readiness.ofServers(),
                ClientCluster::connect,
                System::nanoTime,
                InstantSource.system(),
                MillraceMain::pause,
                MillraceMain::isTerminal,
                task -> Runtime.getRuntime()
                        .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(task)));
    }

    // Since Java 22 it is never null, which the check of nulls does not know.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }
}
