package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.scenario.StoreScenarios;
import dev.millrace.e2e.scenario.StoreTimerScenarios;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import dev.millrace.e2e.storefiles.StoreImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A store written by one broker and cleanly ended is served by another, and back; its bytes stay as they were. */
final class StoreInterchangeIT {

    private static final String VERSION = "5.5.0";

    /**
     * Who fills and, at the end, reads again, and who serves the store in between.
     *
     * @param first fills, and reads at the end
     * @param second serves in between
     */
    record Pair(ServerKind first, ServerKind second) {}

    /** Apache's with itself shows that the test is right; the others are each way with ours. */
    static List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (ServerKind kind : ServerKind.chosen()) {
            pairs.add(new Pair(ServerKind.APACHE, kind));
            if (kind != ServerKind.APACHE) {
                pairs.add(new Pair(kind, ServerKind.APACHE));
            }
        }
        return pairs;
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("pairs")
    void aStoreMovesBetweenBrokers(Pair pair, @TempDir Path scratch) throws Exception {
        StoreImage filled = serve(pair.first, "fills", scratch, 1);
        filled.assertIndexed("store-");

        StoreImage continued = serve(pair.second, "findsAllAndGoesOn", scratch, 2);
        continued.assertContinues(filled);
        continued.assertIndexed("store-");

        StoreImage last = serve(pair.first, "findsWhatWasAdded", scratch, 3);
        last.assertContinues(continued);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("kinds")
    void theSameSendsMakeTheSameRecords(ServerKind kind, @TempDir Path scratch) throws Exception {
        StoreImage reference = serve(ServerKind.APACHE, "fills", scratch.resolve("reference"), 1);
        StoreImage own = serve(kind, "fills", scratch.resolve("own"), 1);

        assertThat(own.comparableRecords("store-topic")).isEqualTo(reference.comparableRecords("store-topic"));
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("kinds")
    void messagesThatAreHeldBackAreDeliveredByTheNextBroker(ServerKind kind, @TempDir Path scratch) throws Exception {
        serve(ServerKind.APACHE, StoreTimerScenarios.class, "holdsSomeBack", scratch, 1);

        serve(kind, StoreTimerScenarios.class, "deliversTheRest", scratch, 2);
    }

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    /** Serves the store of the stage before, runs a scenario, ends the broker cleanly and reads what is on disk. */
    private static StoreImage serve(ServerKind kind, String method, Path scratch, int stage) throws Exception {
        return serve(kind, StoreScenarios.class, method, scratch, stage);
    }

    private static StoreImage serve(ServerKind kind, Class<?> type, String method, Path scratch, int stage)
            throws Exception {
        Path home = Files.createDirectories(scratch.resolve("stage-" + stage));
        Path before = scratch.resolve("stage-" + (stage - 1), "store");
        if (Files.exists(before)) {
            Files.move(before, home.resolve("store"));
        }
        try (Servers servers = kind.start(home, ServerOptions.usual().withUsualFileSizes());
                ClientLoader loader = ClientLoader.open(VERSION, HeaderType.JSON)) {
            new ScenarioRef(type.getName(), method)
                    .run(loader, new Environment(kind, servers, VERSION, "stage" + stage, home));
            servers.stopBroker();
            return StoreImage.read(servers.storeFolder());
        }
    }
}
