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

class PostgresIT {
    private static final String KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";

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
    Stream<DynamicTest> postgres() {
        return Stores.testsOn(StoreServer.POSTGRESQL, this::tests);
    }

    private Stream<DynamicTest> tests() {
        int port = ServerProcess.freePort();
        ServerProcess started = StoreServer.POSTGRESQL.process(folder, port);
        server = started;
        started.start();
        DataSource source = StoreServer.postgres(port);
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
