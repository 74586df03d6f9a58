package dev.millrace.e2e.idempotence;

import dev.millrace.client.jdbc.JdbcSettings;
import dev.millrace.client.jdbc.JdbcStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class MariaDbIT {
    private static final String KILL = "SELECT id FROM information_schema.processlist"
            + " WHERE id <> CONNECTION_ID() AND command <> 'Daemon' AND user = 'root'";

    @TempDir
    Path folder = Path.of("");

    private @Nullable ServerProcess server;

    @AfterEach
    void stop() {
        if (server != null && server.isRunning()) {
            server.stop();
        }
    }

    @TestFactory
    Stream<DynamicTest> mariaDb() {
        return Stores.testsOn(StoreServer.MARIADB, this::tests);
    }

    private Stream<DynamicTest> tests() {
        int port = ServerProcess.freePort();
        ServerProcess started = StoreServer.MARIADB.process(folder, port);
        server = started;
        started.start();
        DataSource source = StoreServer.mariaDb(port);
        JdbcStore store = JdbcStore.of(source, JdbcSettings.defaults().withTimeout(Duration.ofSeconds(1)));
        Awaitility.await().ignoreExceptions().untilAsserted(store::createTable);
        return tests(store, source, started);
    }

    private static Stream<DynamicTest> tests(JdbcStore store, DataSource source, ServerProcess started) {
        StoreScenarios scenarios = new StoreScenarios(store, 4000);
        TransactionScenarios transactions = new TransactionScenarios(source, KILL);
        return Stream.of(
                        scenarios.ofAnyStore(),
                        transactions.ofAnyDatabase(),
                        transactions.ofServer(),
                        scenarios.ofServer(started))
                .flatMap(tests -> tests);
    }
}
