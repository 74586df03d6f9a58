package dev.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {
    private static final long NAMESRV_PID = 101;
    private static final long BROKER_PID = 102;
    private static final ServerPlan NAMESRV = new ServerPlan(
            "ns0", Role.NAMESRV, "127.0.0.1", 1, 0, List.of(1), Optional.empty(), Map.of("namesrv.port", "1"));
    private static final ServerPlan BROKER = new ServerPlan(
            "g0", Role.BROKER, "127.0.0.1", 2, 0, List.of(2), Optional.empty(), Map.of("broker.port", "2"));

    private final FakeProcesses processes = new FakeProcesses();
    private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final Set<Integer> readyPorts = new HashSet<>();
    private final List<String> told = new ArrayList<>();

    private final DataFolder folder;
    private final Supervisor supervisor;

    SupervisorTest(@TempDir Path temporary) {
        folder = new DataFolder(temporary);
        folder.prepare();
        supervisor = newSupervisor(folder);
    }

    @Test
    void startsBrokersOnceTheNameServersAreReady() {
        supervisor.doWork();
        supervisor.doWork();
        assertThat(processes.commands)
                .containsExactly(List.of("namesrv", folder.config("ns0").toString()));

        readyPorts.add(1);
        supervisor.doWork();
        supervisor.doWork();

        assertThat(processes.commands)
                .hasSize(2)
                .last()
                .satisfies(command -> assertThat(command).contains("broker"));
    }

    @Test
    void isReadyOnceEveryServerAnswers() {
        startAll();

        assertThat(supervisor.isReady()).isTrue();
        assertThat(told)
                .containsExactly("ns0 is ready at 127.0.0.1:1, process 101", "g0 is ready at 127.0.0.1:2, process 102");
    }

    @Test
    void writesConfigurationAndState() throws Exception {
        startAll();

        assertThat(folder.config("g0")).hasContent("broker.port=2");
        var state = RunState.read(folder.state()).orElseThrow();
        assertThat(state).isEqualTo(supervisor.state());
        assertThat(state.servers()).extracting(RunState.Server::phase).containsOnly(Phase.READY);
    }

    @Test
    void startsACrashedServerAgainAfterTheBackOff() {
        startAll();
        processes.crash(BROKER_PID);

        supervisor.doWork();
        clock.advance(Duration.ofMillis(499));
        supervisor.doWork();
        assertThat(processes.commands).hasSize(2);
        clock.advance(Duration.ofMillis(1));
        supervisor.doWork();

        assertThat(processes.commands).hasSize(3);
        assertThat(told.getLast()).contains("g0 (process 102) ended with exit code 7; starts again in 500 ms");
    }

    @Test
    void doublesTheBackOffUntilAServerWasSteady() {
        startAll();
        crashAndRestart(BROKER_PID, 500);
        crashAndRestart(103, 1000);
        crashAndRestart(104, 2000);
        clock.advance(Duration.ofSeconds(61));

        crashAndRestart(105, 500);

        assertThat(supervisor.state().servers().getLast().restarts()).isEqualTo(4);
    }

    @Test
    void givesUpWhenAServerNeverGetsReady() throws Exception {
        Files.writeString(folder.log("ns0"), "first\nport is taken\n");
        for (int i = 0; i < 10; i++) {
            supervisor.doWork();
            processes.crash(101 + i);
            supervisor.doWork();
            clock.advance(Duration.ofSeconds(30));
        }

        assertThat(processes.commands).hasSize(3);
        assertThat(supervisor.isDone()).isTrue();
        assertThat(supervisor.failure().orElseThrow())
                .hasMessageContainingAll("3 times before it was ready", "port is taken");
    }

    @Test
    void endsBrokersBeforeNameServers() {
        startAll();
        processes.deaf.add(BROKER_PID);

        supervisor.requestStop();
        supervisor.doWork();
        assertThat(processes.terminated).containsExactly(BROKER_PID);
        assertThat(supervisor.isDone()).isFalse();
        processes.crash(BROKER_PID);
        supervisor.doWork();

        assertThat(processes.terminated).containsExactly(BROKER_PID, NAMESRV_PID);
        assertThat(supervisor.isDone()).isTrue();
        assertThat(supervisor.failure()).isEmpty();
        assertThat(supervisor.state().servers())
                .extracting(RunState.Server::phase)
                .containsOnly(Phase.ENDED);
    }

    @Test
    void killsWhatDoesNotEndInTime() {
        startAll();
        processes.deaf.add(BROKER_PID);
        supervisor.requestStop();
        supervisor.doWork();

        clock.advance(Shutdown.PATIENCE.plusMillis(1));
        supervisor.doWork();
        supervisor.doWork();

        assertThat(processes.killed).containsExactly(BROKER_PID);
        assertThat(supervisor.isDone()).isTrue();
    }

    @Test
    void adoptsWhatStillRunsAndStartsTheRest() {
        startAll();
        RunState earlier = supervisor.state();
        processes.crash(NAMESRV_PID);

        var next = newSupervisor(folder);
        next.adopt(earlier);
        next.doWork();
        next.doWork();

        assertThat(processes.commands)
                .hasSize(3)
                .last()
                .satisfies(command -> assertThat(command).contains("namesrv"));
        assertThat(next.isReady()).isTrue();
        assertThat(next.state().servers().getLast().process())
                .isEqualTo(earlier.servers().getLast().process());
    }

    @Test
    void doesNotAdoptAnotherProcessWithTheSameId() {
        startAll();
        RunState earlier = supervisor.state();
        processes.crash(BROKER_PID);
        var later = new RunState.Server(
                "g0",
                Role.BROKER,
                "127.0.0.1",
                2,
                0,
                Optional.empty(),
                Optional.of(new ProcessIdentity(BROKER_PID, "another start")),
                Instant.EPOCH,
                Phase.READY,
                0);

        var next = newSupervisor(folder);
        next.adopt(new RunState(
                earlier.supervisor(), "c", List.of(earlier.servers().getFirst(), later)));
        next.doWork();
        next.doWork();

        assertThat(processes.commands)
                .hasSize(3)
                .last()
                .satisfies(command -> assertThat(command).contains("broker"));
    }

    private void startAll() {
        readyPorts.addAll(List.of(1, 2));
        for (int i = 0; i < 4; i++) {
            supervisor.doWork();
        }
    }

    private void crashAndRestart(long pid, int backOffMs) {
        processes.crash(pid);
        supervisor.doWork();
        assertThat(told.getLast()).contains("starts again in " + backOffMs + " ms");
        clock.advance(Duration.ofMillis(backOffMs));
        supervisor.doWork();
        supervisor.doWork();
    }

    private Supervisor newSupervisor(DataFolder folder) {
        var plan = new ClusterPlan("c", List.of(NAMESRV, BROKER), List.of(), List.of());
        Programs programs = new Programs() {
            @Override
            public List<String> server(boolean isBroker, Path config) {
                return List.of(isBroker ? "broker" : "namesrv", config.toString());
            }

            @Override
            public List<String> group(List<String> arguments) {
                return arguments;
            }

            @Override
            public List<String> self(List<String> arguments) {
                return arguments;
            }
        };
        var machine = new Machine(
                processes,
                programs,
                (host, port, httpPort) -> readyPorts.contains(port),
                nameServers -> {
                    throw new AssertionError("a supervisor connects to nobody");
                },
                clock.nanos(),
                clock,
                clock::advance,
                () -> false,
                task -> {});
        return new Supervisor(plan, folder, machine, told::add);
    }
}
