package dev.millrace.e2e;

import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.scenario.PopKillScenarios;
import dev.millrace.e2e.scenario.PopMixScenarios;
import dev.millrace.e2e.scenario.PopPushScenarios;
import dev.millrace.e2e.scenario.PopScenarios;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Published clients take messages and acknowledge them. The codes of these requests fit the JSON header only; client 4.9.8
 * doesn't know them and shares a group with those that do.
 */
final class PopIT {

    private static final List<String> VERSIONS = List.of("5.5.0", "5.3.3", "4.9.8");
    private static final String OLD_VERSION = VERSIONS.getLast();
    private static final Map<String, ClientLoader> LOADERS = new TreeMap<>();
    private static final int AT_ONCE = 4;

    @ParameterizedTest
    @MethodSource("kinds")
    void clientsTakeAndAcknowledge(ServerKind kind, @TempDir Path scratch) throws Exception {
        try (Servers servers = kind.start(scratch, ServerOptions.usual());
                ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<?>> runs = new ArrayList<>();
            for (String version : VERSIONS) {
                ClientLoader loader = loader(version);
                Environment environment = new Environment(kind, servers, version, version.replace('.', '_'), scratch);
                for (ScenarioRef scenario : ScenarioRef.of(PopScenarios.class, PopPushScenarios.class)) {
                    runs.add(threads.submit(() -> {
                        scenario.run(loader, environment);
                        return scenario;
                    }));
                }
            }
            ClientLoader old = loader(OLD_VERSION);
            for (ScenarioRef scenario : ScenarioRef.of(PopMixScenarios.class)) {
                scenario.run(old, new Environment(kind, servers, OLD_VERSION, "mix", scratch));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void messagesInFlightOutliveTheBroker(ServerKind kind, @TempDir Path scratch) throws Exception {
        run("keepsWhatIsInFlight", kind, scratch);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void nothingIsLostOverKills(ServerKind kind, @TempDir Path scratch) throws Exception {
        run("losesNothingOverKills", kind, scratch);
    }

    private static void run(String method, ServerKind kind, Path scratch) throws Exception {
        ClientLoader loader = loader(VERSIONS.getFirst());
        try (Servers servers = kind.start(scratch, ServerOptions.usual())) {
            new ScenarioRef(PopKillScenarios.class.getName(), method)
                    .run(loader, new Environment(kind, servers, VERSIONS.getFirst(), "alone", scratch));
        }
    }

    /** Kept to the end: threads of a client's network library end later than the client. */
    private static synchronized ClientLoader loader(String version) {
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
