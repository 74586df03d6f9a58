package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.failover.Gaps;
import dev.millrace.e2e.failover.SendLoad;
import dev.millrace.e2e.failover.StoredMessages;
import dev.millrace.e2e.scenario.RestartScenarios;
import dev.millrace.e2e.servers.BrokerGroup;
import dev.millrace.e2e.servers.GroupServers;
import dev.millrace.e2e.servers.ServerKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Masters of a broker group with three copies are killed, frozen and replaced under load: what was acknowledged is there
 * afterwards, once for each send that was not repeated, and in the order of its sender.
 */
final class FailoverIT {
    private static final int COPIES = 3;
    private static final int QUEUES = 8;
    private static final int SENDERS = 4;
    private static final int ROUNDS = Integer.getInteger("e2e.failovers", 3);
    private static final Duration WAIT_MAX = Duration.ofMinutes(1);
    private static final String TOPIC = "failover";
    private static final String CLIENT_VERSION = "5.5.0";
    private static final BrokerGroup.Durability DURABILITY = new BrokerGroup.Durability("AllInSync", "ASYNC", 2);

    /** How a master is lost. */
    enum Loss {
        KILLED,
        FROZEN,
        SWITCHED
    }

    @ParameterizedTest
    @EnumSource
    void nothingAcknowledgedIsLostWithTheMaster(Loss loss, @TempDir Path scratch) throws IOException {
        try (BrokerGroup group = BrokerGroup.start(scratch, COPIES, DURABILITY);
                MillraceClient client =
                        MillraceClient.builder().namesrv(group.namesrvAddress()).build()) {
            Admin.of(client).createTopic(TopicSpec.of(TOPIC, QUEUES));
            Awaitility.await()
                    .atMost(WAIT_MAX)
                    .until(() -> Admin.of(client).describeTopic(TOPIC).isPresent());
            Gaps gaps = new Gaps();
            try (SendLoad load = SendLoad.start(client, TOPIC, SENDERS, gaps)) {
                for (int round = 0; round < ROUNDS; round++) {
                    lose(loss, group, load, gaps);
                }
                load.stop();
                List<String> stored = StoredMessages.read(client, TOPIC);
                Files.writeString(report(loss), gaps.text());
                load.assertAllAre(stored);
                if (loss == Loss.SWITCHED) {
                    assertThat(load.failures()).as("sends that failed").isEmpty();
                }
            } catch (AssertionError | RuntimeException e) {
                e.addSuppressed(new AssertionError(group.lastOutput()));
                throw e;
            }
        }
    }

    /** Clients that look for routes each 30 s only go on at the addresses they know. */
    @Test
    void unmodifiedClientsLoseNothing(@TempDir Path scratch) throws Exception {
        try (BrokerGroup group = BrokerGroup.start(scratch, COPIES, DURABILITY);
                GroupServers servers = new GroupServers(group, scratch);
                ClientLoader loader = ClientLoader.open(CLIENT_VERSION, HeaderType.JSON)) {
            new ScenarioRef(RestartScenarios.class.getName(), "losesNothingAcknowledgedToKills")
                    .run(loader, new Environment(ServerKind.MILLRACE, servers, CLIENT_VERSION, "group", scratch));
        }
    }

    private static void lose(Loss loss, BrokerGroup group, SendLoad load, Gaps gaps) {
        int master = group.awaitWhole();
        load.awaitMore();
        gaps.begin();
        switch (loss) {
            case KILLED -> group.kill(master);
            case FROZEN -> group.freeze(master);
            case SWITCHED -> group.tool("switchover", "--to", Integer.toString((master + 1) % COPIES));
        }
        load.awaitMore();
        gaps.end();
        switch (loss) {
            case KILLED -> group.restart(master);
            case FROZEN -> group.thaw(master);
            case SWITCHED -> assertThat(group.awaitMaster()).isEqualTo((master + 1) % COPIES);
        }
    }

    private static Path report(Loss loss) throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "reports"));
        return folder.resolve("failover-" + loss.name().toLowerCase(Locale.ROOT) + ".txt");
    }
}
