package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code up}: supervises here until asked to stop, or leaves a supervisor behind and waits until it is ready.
 *
 * <p>Owner: main thread.
 */
final class UpSession {
    private static final String SUPERVISOR = "supervisor";
    private static final Duration EAGER_STEP = Duration.ofMillis(20);
    private static final Duration CALM_STEP = Duration.ofMillis(250);
    /** A broker that recovers a large store may take longer; the supervisor goes on, only the waiting ends. */
    private static final Duration READY_PATIENCE = Duration.ofSeconds(60);

    private static final Duration STOP_PATIENCE =
            Shutdown.PATIENCE.multipliedBy(2).plusSeconds(5);
    private static final int LAST_WORDS_LINES = 8;

    private final ClusterPlan plan;
    private final DataFolder folder;
    private final Machine machine;
    private final Output output;
    private final long startNanos;

    UpSession(ClusterPlan plan, DataFolder folder, Machine machine, Output output) {
        this.plan = plan;
        this.folder = folder;
        this.machine = machine;
        this.output = output;
        this.startNanos = machine.nanos().getAsLong();
    }

    /** Runs until a stop is requested by the end of this program, or a server does not start. */
    ExitCode supervise(Optional<RunState> earlier, boolean isBackground) {
        try (var channel = FileChannel.open(folder.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = lock(channel)) {
            if (lock == null) {
                throw new CliException(
                        ExitCode.FAILURE,
                        "another 'millrace up' is at work in " + folder.root() + "; wait for it, or name another folder"
                                + " with --data");
            }
            var supervisor = new Supervisor(plan, folder, machine, text -> narrate(text, isBackground));
            earlier.ifPresent(supervisor::adopt);
            prepareGroups(earlier, isBackground);
            run(supervisor, isBackground);
            supervisor.failure().ifPresent(reason -> {
                throw reason;
            });
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.MACHINE, "cannot lock " + folder.lock() + " (" + e.getMessage() + "); see --data", e);
        }
    }

    private void prepareGroups(Optional<RunState> earlier, boolean isBackground) {
        var setup = new GroupSetup(plan, folder, machine);
        boolean isFresh = earlier.stream()
                .flatMap(state -> state.servers().stream())
                .noneMatch(server ->
                        server.process().filter(machine.processes()::isRunning).isPresent());
        if (isFresh) {
            setup.placeStores().forEach(line -> narrate(line, isBackground));
        }
        setup.applyGroups().forEach(line -> narrate(line, isBackground));
    }

    /** Starts a supervisor that outlives this program. */
    ExitCode detach(List<String> arguments) {
        ProcessIdentity child =
                machine.processes().start(machine.programs().self(arguments), folder.freshLog(SUPERVISOR));
        while (true) {
            boolean isAlive = machine.processes().isRunning(child);
            Optional<RunState> state = stateOf(child);
            if (state.filter(found -> StatusReport.of(folder, found, machine).isReady())
                    .isPresent()) {
                List<String> topics = new TopicApplier(machine).apply(plan);
                announce(state.get(), topics, false);
                return ExitCode.OK;
            }
            if (!isAlive) {
                throw new CliException(
                        ExitCode.FAILURE,
                        "the servers did not start:\n  "
                                + String.join("\n  ", folder.tail(SUPERVISOR, LAST_WORDS_LINES))
                                + "\nlogs are in " + folder.log(SUPERVISOR).getParent());
            }
            if (machine.nanos().getAsLong() - startNanos > READY_PATIENCE.toNanos()) {
                throw new CliException(
                        ExitCode.FAILURE,
                        "not ready after " + READY_PATIENCE.toSeconds() + " s, the servers go on starting; look with"
                                + " 'millrace status', logs are in "
                                + folder.log(SUPERVISOR).getParent());
            }
            machine.pause().accept(EAGER_STEP);
        }
    }

    private void run(Supervisor supervisor, boolean isBackground) {
        var done = new CountDownLatch(1);
        machine.onShutdown().accept(() -> {
            supervisor.requestStop();
            awaitQuietly(done);
        });
        try {
            boolean isAnnounced = false;
            while (!supervisor.isDone()) {
                supervisor.doWork();
                if (!isAnnounced && supervisor.isReady()) {
                    announce(supervisor.state(), isBackground ? List.of() : topics(), !isBackground);
                    isAnnounced = true;
                }
                machine.pause().accept(supervisor.isReady() ? CALM_STEP : EAGER_STEP);
            }
        } finally {
            done.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch done) {
        try {
            if (!done.await(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Servers go on without their topics; another 'up' tries again. */
    private List<String> topics() {
        try {
            return new TopicApplier(machine).apply(plan);
        } catch (CliException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private void announce(RunState state, List<String> topics, boolean isForeground) {
        var report = StatusReport.of(folder, state, machine).withCopies(machine);
        report.print(output);
        if (!output.isJson()) {
            double seconds = (machine.nanos().getAsLong() - startNanos) / 1e9;
            output.line("");
            output.line(
                    String.format(Locale.ROOT, "ready in %.1f s; messages and logs are in %s", seconds, folder.root()));
            topics.forEach(output::line);
            output.line("clients connect to NameServer " + plan.nameServers());
            output.line(isForeground ? "Ctrl-C ends everything" : "'millrace down' ends everything");
        }
    }

    private void narrate(String text, boolean isBackground) {
        output.remark((isBackground ? machine.clock().instant() + " " : "millrace: ") + text);
    }

    private Optional<RunState> stateOf(ProcessIdentity supervisor) {
        try {
            return RunState.read(folder.state())
                    .filter(state -> state.supervisor().equals(supervisor));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }
}
