package dev.millrace.e2e;

import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.scenario.NamesrvScenarios;
import dev.millrace.e2e.scenario.RestartScenarios;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients while brokers and NameServers are killed and started again; each test has servers of its own. */
final class BrokerRestartIT {

    private static final String VERSION = "5.5.0";

    @ParameterizedTest
    @MethodSource("kinds")
    void clientsGoOnAfterACleanRestart(ServerKind kind, @TempDir Path scratch) throws Exception {
        run("goesOnAfterACleanRestart", RestartScenarios.class, kind, ServerOptions.usual(), scratch);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void nothingAcknowledgedIsLostWhenFlushedLater(ServerKind kind, @TempDir Path scratch) throws Exception {
        ServerOptions options = ServerOptions.usual().withSyncFlush(false);
        run("losesNothingAcknowledgedToKills", RestartScenarios.class, kind, options, scratch);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void nothingAcknowledgedIsLostWhenFlushedAtOnce(ServerKind kind, @TempDir Path scratch) throws Exception {
        ServerOptions options = ServerOptions.usual().withSyncFlush(true);
        run("losesNothingAcknowledgedToKills", RestartScenarios.class, kind, options, scratch);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void clientsGoOnWhileNameServersAreAway(ServerKind kind, @TempDir Path scratch) throws Exception {
        ServerOptions options = ServerOptions.usual().withNamesrvCount(3);
        run("goesOnWhileNameServersAreAway", NamesrvScenarios.class, kind, options, scratch);
    }

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    private static void run(String method, Class<?> type, ServerKind kind, ServerOptions options, Path scratch)
            throws Exception {
        try (Servers servers = kind.start(scratch, options);
                ClientLoader loader = ClientLoader.open(VERSION, HeaderType.JSON)) {
            new ScenarioRef(type.getName(), method)
                    .run(loader, new Environment(kind, servers, VERSION, "alone", scratch));
        }
    }
}
