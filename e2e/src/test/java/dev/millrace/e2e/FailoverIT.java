package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.failover.FailoverRun;
import dev.millrace.e2e.failover.Loss;
import dev.millrace.e2e.scenario.RestartScenarios;
import dev.millrace.e2e.servers.BrokerGroup;
import dev.millrace.e2e.servers.GroupServers;
import dev.millrace.e2e.servers.ServerKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Masters of a broker group with three copies are killed, frozen, cut off and replaced under load: what was acknowledged is
 * there afterwards, in the order of its sender. {@code -De2e.failovers=N} sets how many masters each test takes away.
 */
final class FailoverIT {
    private static final int COPIES = 3;
    private static final int ROUNDS = Integer.getInteger("e2e.failovers", 3);
    private static final String CLIENT_VERSION = "5.5.0";
    private static final BrokerGroup.Durability IN_SYNC = new BrokerGroup.Durability("AllInSync", "ASYNC", 2);
    private static final BrokerGroup.Durability ALONE = new BrokerGroup.Durability("Async", "ASYNC", 1);

    @ParameterizedTest
    @EnumSource(names = {"KILLED", "FROZEN", "SWITCHED"})
    void nothingAcknowledgedIsLostWithTheMaster(Loss loss, @TempDir Path scratch) throws IOException {
        FailoverRun run = new FailoverRun(List.of(loss), ROUNDS, false);
        try (BrokerGroup group = BrokerGroup.start(scratch, COPIES, IN_SYNC)) {
            run.run(group, run.report());
        }
    }

    @Test
    void onlyWhatNoOtherCopyHadIsLostWithoutWaiting(@TempDir Path scratch) throws IOException {
        FailoverRun run = new FailoverRun(List.of(Loss.KILLED), ROUNDS, true);
        try (BrokerGroup group = BrokerGroup.start(scratch, COPIES, ALONE)) {
            run.run(group, run.report());
        }
    }

    /** Kills between the partitions; in a process with a network namespace of its own. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    AllInSync | CUT_OFF,KILLED,DEAF,MUTE
                    Async     | CUT_OFF,KILLED
                    """)
    void partitionsLoseNoMore(String acks, String kinds, @TempDir Path scratch) throws Exception {
        List<Loss> losses = Stream.of(kinds.split(",")).map(Loss::valueOf).toList();
        Path report = new FailoverRun(losses, ROUNDS, acks.equals("Async")).report();
        Path output = scratch.resolve("run.out");
        Process run = new ProcessBuilder(
                        "unshare",
                        "-rnm",
                        "--kill-child",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "dev.millrace.e2e.failover.CutOffMain",
                        scratch.toString(),
                        report.toString(),
                        Integer.toString(Math.max(ROUNDS, losses.size())),
                        acks,
                        kinds)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(run.waitFor(2L + ROUNDS, TimeUnit.MINUTES)).as("ended").isTrue();
            assertThat(run.exitValue()).as(() -> read(output)).isZero();
            assertThat(report).exists();
        } finally {
            run.destroyForcibly();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "unreadable: " + e;
        }
    }

    /** Clients that look for routes each 30 s only go on at the addresses they know. */
    @Test
    void unmodifiedClientsLoseNothing(@TempDir Path scratch) throws Exception {
        try (BrokerGroup group = BrokerGroup.start(scratch, COPIES, IN_SYNC);
                GroupServers servers = new GroupServers(group, scratch);
                ClientLoader loader = ClientLoader.open(CLIENT_VERSION, HeaderType.JSON)) {
            new ScenarioRef(RestartScenarios.class.getName(), "losesNothingAcknowledgedToKills")
                    .run(loader, new Environment(ServerKind.MILLRACE, servers, CLIENT_VERSION, "group", scratch));
        }
    }
}
