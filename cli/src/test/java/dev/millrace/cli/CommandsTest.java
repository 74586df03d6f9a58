package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.local.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Serial;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole commands against real processes that only listen. */
class CommandsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path temporary;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<Runnable> hooks = new ArrayList<>();

    /** After so many pauses it is as if somebody pressed Ctrl-C; 0 for never. */
    private int pauses;

    /** Instead of the end of the process. */
    private static final class Interrupted extends Error {
        @Serial
        private static final long serialVersionUID = 1L;
    }

    CommandsTest(@TempDir Path temporary) {
        this.temporary = temporary;
    }

    @AfterEach
    void endEverything() {
        run("down", "--data", data());
    }

    @Test
    void detachedServersRunUntilDown() throws Exception {
        Ports ports = Ports.free();

        assertThat(run(up(ports, "--detach"))).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains(
                        "local-ns0",
                        "local-g0",
                        "127.0.0.1:" + ports.broker(),
                        "ready in",
                        "topic quickstart created, 8 queues");
        long brokerPid = pid("local-g0");

        clear();
        assertThat(run("status", "--data", data())).isZero();
        assertThat(out.toString()).contains("ready").containsPattern("local-g0 +broker +127.0.0.1:\\d+ +" + brokerPid);

        clear();
        assertThat(run(up(ports, "--detach"))).isZero();
        assertThat(err.toString()).contains("runs already");
        assertThat(pid("local-g0")).isEqualTo(brokerPid);

        clear();
        assertThat(run("up", "--data", data(), "--namesrv-port", "" + (ports.namesrv() + 1)))
                .isEqualTo(1);
        assertThat(err.toString()).contains("local-ns0 runs with other settings", "millrace down");

        clear();
        assertThat(run("down", "--data", data())).isZero();
        assertThat(out.toString()).contains("ended local-ns0, local-g0");
        assertThat(ProcessHandle.of(brokerPid).filter(ProcessHandle::isAlive)).isEmpty();

        clear();
        assertThat(run("status", "--data", data())).isEqualTo(3);
        assertThat(err.toString()).contains("nothing runs from");
    }

    @Test
    void aCrashedServerComesBack() throws Exception {
        assertThat(run(up(Ports.free(), "--detach"))).as(err.toString()).isZero();
        long first = pid("local-g0");

        assertThat(ProcessHandle.of(first).orElseThrow().destroyForcibly()).isTrue();

        awaitTrue(() -> {
            long now = pid("local-g0");
            return now > 0 && now != first;
        });
        assertThat(out.toString()).contains("\"restarts\":1");
    }

    @Test
    void anotherUpTakesOverWhenTheSupervisorWasKilled() throws Exception {
        Ports ports = Ports.free();
        assertThat(run(up(ports, "--detach"))).as(err.toString()).isZero();
        long broker = pid("local-g0");
        clear();
        run("status", "--data", data(), "-o", "json");
        long supervisor = number("\"supervisorPid\":(\\d+)");
        assertThat(ProcessHandle.of(supervisor).orElseThrow().destroyForcibly()).isTrue();

        clear();
        awaitTrue(() -> run("status", "--data", data()) == 0 && err.toString().contains("no supervisor runs"));
        clear();
        assertThat(run(up(ports, "--detach", "-o", "json"))).as(err.toString()).isZero();

        assertThat(out.toString()).contains("\"supervised\":true", "\"pid\":" + broker);
    }

    @Test
    void foregroundRunsUntilAskedToEnd() throws Exception {
        Ports ports = Ports.free();
        var exit = CompletableFuture.supplyAsync(() -> run(up(ports)));
        awaitTrue(() -> out.toString().contains("Ctrl-C ends everything"));

        hooks.getFirst().run();

        assertThat(exit.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isZero();
        assertThat(isFree(ports.broker())).isTrue();
        assertThat(isFree(ports.namesrv())).isTrue();
    }

    @Test
    void aTakenPortIsNamedWithTheOptionThatMovesIt() throws Exception {
        Ports ports = Ports.free();
        try (var taken = new ServerSocket(ports.broker(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(run(up(ports))).isEqualTo(6);

            assertThat(err.toString()).contains("port " + taken.getLocalPort(), "local-g0", "--broker-port");
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "");

        assertThat(run("up", "--data", file.toString())).isEqualTo(6);

        assertThat(err.toString()).contains("data folder " + file + " cannot be written", "--data");
    }

    @Test
    void everyProblemOfAFileIsReported() throws Exception {
        Path file = Files.writeString(temporary.resolve("shop.yaml"), """
                apiVersion: millrace.dev/v1beta1
                kind: MessageCluster
                metadata: {name: shop}
                spec: {brokers: {copise: 1, groups: 0, storage: {size: 1Gi}}}
                """);

        assertThat(run("up", "-f", file.toString(), "--data", data())).isEqualTo(4);

        assertThat(err.toString().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("millrace: " + file + ":4: spec.brokers."));
    }

    @Test
    void aServerThatRefusesItsConfigurationEndsUp() throws Exception {
        Path file = Files.writeString(temporary.resolve("shop.yaml"), """
                apiVersion: millrace.dev/v1beta1
                kind: MessageCluster
                metadata: {name: shop}
                spec:
                  nameServers: {replicas: 1}
                  brokers: {copies: 1, failover: {enabled: false}, storage: {size: 1Gi}, config: {fake.refuse: "yes"}}
                """);
        Ports ports = Ports.free();

        assertThat(run(up(ports, "--detach", "-f", file.toString()))).isEqualTo(1);

        assertThat(err.toString())
                .contains("the servers did not start", "exit code 9", "fake.refuse is set; remove it");
        assertThat(isFree(ports.namesrv())).isTrue();
    }

    @Test
    void copiesOfABrokerGroupAreShownAndSteered() throws Exception {
        Path file = Files.writeString(temporary.resolve("shop.yaml"), """
                apiVersion: millrace.dev/v1beta1
                kind: MessageCluster
                metadata: {name: shop}
                spec:
                  nameServers: {replicas: 1}
                  brokers: {copies: 3, storage: {size: 1Gi}}
                """);
        Ports ports = Ports.freeForCopies(3);

        assertThat(run(up(ports, "--detach", "-f", file.toString())))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .containsPattern("shop-g0-0 +master .* 7 +yes +0\\R")
                .containsPattern("shop-g0-2 +replica .* 7 +no +200\\R");
        assertThat(temporary.resolve("data/logs/supervisor.log"))
                .content()
                .contains("apply --folder " + data() + "/groups/shop-g0", "--copies 3 --min-in-sync 2");

        clear();
        run("status", "--data", data(), "-o", "json");
        assertThat(out.toString())
                .contains("\"group\":\"shop-g0\",\"copy\":{\"number\":1,\"role\":\"replica\",\"epoch\":7");

        clear();
        assertThat(run("switchover", "shop-g0", "--to", "1", "--data", data())).isZero();
        assertThat(run("fence", "shop-g0", "2", "--data", data())).isZero();
        assertThat(run("unfence", "shop-g0", "2", "--data", data(), "-o", "json"))
                .isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "switchover --folder " + data() + "/groups/shop-g0 --group shop-g0 --to 1",
                        "fence --folder " + data() + "/groups/shop-g0 --group shop-g0 --copy 2",
                        "unfence --folder " + data() + "/groups/shop-g0 --group shop-g0 --copy 2 --json");

        assertThat(run("switchover", "shop-g0", "--to", "9", "--data", data())).isEqualTo(1);
        assertThat(run("fence", "shop-g7", "1", "--data", data())).isEqualTo(1);
        assertThat(err.toString())
                .contains(
                        "millrace: copy 9 is none of the 3 copies",
                        "there is no broker group 'shop-g7' here, there are [shop-g0]");
    }

    @Test
    void aGroupWithOneCopyIsNotSteered() throws Exception {
        assertThat(run("fence", "local-g0", "0", "--data", data())).isEqualTo(3);
        assertThat(err.toString()).contains("nothing runs from");

        assertThat(run(up(Ports.free(), "--detach"))).as(err.toString()).isZero();

        assertThat(run("switchover", "local-g0", "--data", data())).isEqualTo(1);
        assertThat(err.toString()).contains("local-g0 has one copy only; run it with spec.brokers.copies of 2");
    }

    @Test
    void watchShowsTheServersAgainAndAgain() throws Exception {
        assertThat(run(up(Ports.free(), "--detach"))).as(err.toString()).isZero();
        clear();
        pauses = 3;

        assertThatThrownBy(() -> run("status", "--watch", "--data", data())).isInstanceOf(Interrupted.class);

        assertThat(out.toString().lines().filter(line -> line.startsWith("local-g0")))
                .hasSize(3);
        assertThat(out.toString()).doesNotContain("\u001b");
    }

    @Test
    void wrongArgumentsNameTheHelp() {
        assertThat(run("up", "--colour")).isEqualTo(2);
        assertThat(err.toString()).contains("'--colour'", "see 'millrace up --help'");

        clear();
        assertThat(run("pu")).isEqualTo(2);
        assertThat(err.toString()).contains("see 'millrace --help'");

        clear();
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("name a command");
    }

    @Test
    void helpAndVersionAreNoErrors() {
        assertThat(run("--help")).isZero();
        assertThat(run("up", "--help")).isZero();
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("Usage: millrace", "Usage: millrace up", "millrace unpackaged");
    }

    @Test
    void downOfNothingIsNoError() {
        assertThat(run("down", "--data", data())).isZero();
        assertThat(out.toString()).contains("nothing ran from");
    }

    private int run(String... arguments) {
        Machine machine = FakeMillrace.machine(hooks::add);
        Machine watched = new Machine(
                machine.processes(),
                machine.programs(),
                machine.readiness(),
                machine.connector(),
                machine.nanos(),
                machine.clock(),
                this::pause,
                machine.isTerminal(),
                machine.onShutdown());
        var line = Commands.commandLine(pauses == 0 ? machine : watched, InputStream.nullInputStream());
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private void pause(Duration time) {
        pauses--;
        if (pauses == 0) {
            throw new Interrupted();
        }
    }

    private String[] up(Ports ports, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "up",
                "--data",
                data(),
                "--namesrv-port",
                Integer.toString(ports.namesrv()),
                "--broker-port",
                Integer.toString(ports.broker())));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private String data() {
        return temporary.resolve("data").toString();
    }

    private void clear() {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
    }

    private long pid(String server) {
        clear();
        run("status", "--data", data(), "-o", "json");
        return number("\"name\":\"" + server + "\"[^}]*\"pid\":(\\d+)");
    }

    private long number(String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(out.toString());
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private static void awaitTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Ports nobody uses right now. */
    private record Ports(int namesrv, int broker) {
        static Ports free() throws IOException {
            for (int attempt = 0; attempt < 100; attempt++) {
                try (var namesrv = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                        var broker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                    int port = broker.getLocalPort();
                    boolean isDistinct = Math.abs(port - namesrv.getLocalPort()) > 5;
                    if (isDistinct && isFree(port - 2) && isFree(port + 1) && isFree(port + 2)) {
                        return new Ports(namesrv.getLocalPort(), port);
                    }
                }
            }
            throw new IOException("no free ports after 100 attempts");
        }

        static Ports freeForCopies(int copies) throws IOException {
            for (int attempt = 0; attempt < 100; attempt++) {
                Ports ports = free();
                boolean isFree = IntStream.range(1, copies)
                        .map(copy -> ports.broker + copy * 10)
                        .allMatch(port -> port < 65_000
                                && Math.abs(port - ports.namesrv) > 5
                                && CommandsTest.isFree(port)
                                && CommandsTest.isFree(port - 2)
                                && CommandsTest.isFree(port + 1)
                                && CommandsTest.isFree(port + 2));
                if (isFree) {
                    return ports;
                }
            }
            throw new IOException("no free ports after 100 attempts");
        }
    }
}
