package dev.millrace.e2e;

import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.scenario.TransactionRestartScenarios;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Transactions over ends and kills of the broker; each test has servers of its own. */
final class TransactionRestartIT {

    private static final String VERSION = "5.5.0";

    @ParameterizedTest
    @MethodSource("kinds")
    void halvesThatOutliveTheBrokerAreSettled(ServerKind kind, @TempDir Path scratch) throws Exception {
        run("settlesHalvesThatOutliveTheBroker", kind, scratch);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void exactlyWhatIsCommittedIsStoredOverKills(ServerKind kind, @TempDir Path scratch) throws Exception {
        run("storesExactlyWhatIsCommittedOverKills", kind, scratch);
    }

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    private static void run(String method, ServerKind kind, Path scratch) throws Exception {
        try (Servers servers = kind.start(scratch, ServerOptions.usual());
                ClientLoader loader = ClientLoader.open(VERSION, HeaderType.JSON)) {
            new ScenarioRef(TransactionRestartScenarios.class.getName(), method)
                    .run(loader, new Environment(kind, servers, VERSION, "alone", scratch));
        }
    }
}
