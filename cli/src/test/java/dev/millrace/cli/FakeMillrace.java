package dev.millrace.cli;

import dev.millrace.cli.cluster.Cluster;
import dev.millrace.cli.cluster.FakeCluster;
import dev.millrace.cli.local.Machine;
import dev.millrace.cli.local.OsProcesses;
import dev.millrace.cli.local.Programs;
import dev.millrace.cli.local.Readiness;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** The command with fake servers: as a main program for the detached supervisor, and as a machine for tests. */
public final class FakeMillrace {
    private FakeMillrace() {}

    public static void main(String[] arguments) {
        Machine machine = machine(task -> Runtime.getRuntime().addShutdownHook(new Thread(task)));
        System.exit(Commands.commandLine(machine, InputStream.nullInputStream()).execute(arguments));
    }

    public static Machine machine(Consumer<Runnable> onShutdown) {
        return machine(onShutdown, nameServers -> new FakeCluster());
    }

    public static Machine machine(Consumer<Runnable> onShutdown, Cluster.Connector connector) {
        return new Machine(
                new OsProcesses(System.getenv().getOrDefault("PATH", "")),
                new FakePrograms(),
                Readiness.ofServers(),
                connector,
                System::nanoTime,
                InstantSource.system(),
                time -> LockSupport.parkNanos(time.toNanos()),
                () -> false,
                onShutdown);
    }

    /** The fake server for every role. */
    private static final class FakePrograms implements Programs {
        @Override
        public List<String> server(boolean isBroker, Path config) {
            return java("dev.millrace.cli.local.FakeServer", List.of("--config", config.toString()));
        }

        @Override
        public List<String> group(List<String> arguments) {
            return java("dev.millrace.cli.local.FakeGroupTool", arguments);
        }

        @Override
        public List<String> self(List<String> arguments) {
            return java("dev.millrace.cli.FakeMillrace", arguments);
        }

        private static List<String> java(String mainClass, List<String> arguments) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xmx64m",
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    mainClass));
            command.addAll(arguments);
            return command;
        }
    }
}
