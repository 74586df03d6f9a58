package dev.millrace.e2e;

import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.scenario.TimerKillScenarios;
import dev.millrace.e2e.scenario.TimerScenarios;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Published clients send messages with a delivery time, and recall them. */
final class TimerIT {

    private static final List<String> VERSIONS = List.of("5.5.0", "5.3.3", "4.9.8");
    private static final Map<String, ClientLoader> LOADERS = new TreeMap<>();

    @ParameterizedTest
    @MethodSource("kinds")
    void clientsSendAndRecallTimedMessages(ServerKind kind, @TempDir Path scratch) throws Exception {
        try (Servers servers = kind.start(scratch, ServerOptions.usual())) {
            for (String version : VERSIONS) {
                String unique = version.replace('.', '_');
                for (ScenarioRef scenario : ScenarioRef.of(TimerScenarios.class)) {
                    scenario.run(loader(version), new Environment(kind, servers, version, unique, scratch));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void timedMessagesAreDeliveredOnceOverKills(ServerKind kind, @TempDir Path scratch) throws Exception {
        ClientLoader loader = loader(VERSIONS.getFirst());
        try (Servers servers = kind.start(scratch, ServerOptions.usual())) {
            new ScenarioRef(TimerKillScenarios.class.getName(), "deliversEachOnceThoughTheBrokerIsKilled")
                    .run(loader, new Environment(kind, servers, VERSIONS.getFirst(), "alone", scratch));
        }
    }

    /** Kept to the end: threads of a client's network library end later than the client. */
    private static ClientLoader loader(String version) {
        return LOADERS.computeIfAbsent(version, each -> ClientLoader.open(each, HeaderType.JSON));
    }

    @AfterAll
    static void closeLoaders() throws IOException {
        for (ClientLoader loader : LOADERS.values()) {
            loader.close();
        }
    }

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }
}
