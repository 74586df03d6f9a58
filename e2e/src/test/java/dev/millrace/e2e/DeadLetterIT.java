package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.ClientException;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.Redelivery;
import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.scenario.DeadLetterKillScenarios;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dead letters are delivered again, each once, though the broker is killed meanwhile; topics that nobody made. */
final class DeadLetterIT {

    private static final String CLIENT = "5.5.0";
    private static final int MESSAGES = 300;
    private static final int KILL_SECONDS_MAX = 90;

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    private static void run(String scenario, Environment environment) throws Exception {
        try (ClientLoader loader = ClientLoader.open(CLIENT, HeaderType.JSON)) {
            new ScenarioRef(DeadLetterKillScenarios.class.getName(), scenario).run(loader, environment);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void deadLettersAreDeliveredAgainOnce(ServerKind kind, @TempDir Path scratch) throws Exception {
        try (Servers servers = kind.start(scratch, ServerOptions.usual());
                MillraceClient client = MillraceClient.builder()
                        .namesrv(servers.namesrvAddress())
                        .build()) {
            Environment environment = new Environment(kind, servers, CLIENT, "again", scratch);
            Admin admin = Admin.of(client);
            run("givesUpMessages", environment);
            if (kind == ServerKind.APACHE) {
                assertThatThrownBy(() -> admin.redeliver("G-again", Optional.empty(), MESSAGES, sum -> {}))
                        .isInstanceOf(ClientException.class)
                        .hasMessageContaining("not supported");
                return;
            }

            Redelivery first = admin.redeliver("G-again", Optional.of("dead-again"), 50, sum -> {});
            servers.killBroker();
            servers.restartBroker();
            redeliverWhileKilled(admin, servers);
            Redelivery rest = Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(
                            () -> admin.redeliver("G-again", Optional.empty(), Long.MAX_VALUE, sum -> {}),
                            done -> done.left() == 0);

            assertThat(first.moved()).isEqualTo(50);
            assertThat(rest.moved()).isLessThanOrEqualTo(MESSAGES - 50);
            run("getsThemAgain", environment);
        }
    }

    /** The broker dies while requests are under way; how many it served before does not matter. */
    private static void redeliverWhileKilled(Admin admin, Servers servers) throws Exception {
        List<CompletableFuture<Void>> kills = new ArrayList<>();
        try {
            admin.redeliver("G-again", Optional.empty(), Long.MAX_VALUE, sum -> {
                if (kills.isEmpty()) {
                    kills.add(CompletableFuture.runAsync(servers::killBroker));
                }
            });
        } catch (ClientException expected) {
            assertThat(expected.isRetriable()).isTrue();
        }
        assertThat(kills).as("the broker was asked, and killed then").hasSize(1);
        kills.getFirst().get(KILL_SECONDS_MAX, TimeUnit.SECONDS);
        servers.restartBroker();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aSendToATopicThatNobodyMadeFailsAtOnce(ServerKind kind, @TempDir Path scratch) throws Exception {
        try (Servers servers = kind.start(scratch, ServerOptions.usual().withTopicCreation(false))) {
            run("tellsAtOnceThatThereIsNoSuchTopic", new Environment(kind, servers, CLIENT, "none", scratch));
        }
    }
}
