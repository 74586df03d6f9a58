package dev.millrace.e2e.idempotence;

import dev.millrace.client.jdbc.JdbcSettings;
import dev.millrace.client.jdbc.JdbcStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The SQL store and transactions on real databases. */
class SqlDatabasesIT {
    private static final String KILL_MARIADB = "SELECT id FROM information_schema.processlist"
            + " WHERE id <> CONNECTION_ID() AND command <> 'Daemon' AND user = 'root'";
    private static final String KILL_POSTGRES = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
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
    Stream<DynamicTest> mariaDb() {
        return Stores.testsOn(
                StoreServer.MARIADB, () -> tests(StoreServer.MARIADB, StoreServer::mariaDb, KILL_MARIADB));
    }

    @TestFactory
    Stream<DynamicTest> postgres() {
        return Stores.testsOn(
                StoreServer.POSTGRESQL, () -> tests(StoreServer.POSTGRESQL, StoreServer::postgres, KILL_POSTGRES));
    }

    private Stream<DynamicTest> tests(StoreServer kind, IntFunction<DataSource> connect, String kill) {
        int port = ServerProcess.freePort();
        ServerProcess started = kind.process(folder, port);
        server = started;
        started.start();
        DataSource source = connect.apply(port);
        JdbcStore store = JdbcStore.of(source, JdbcSettings.defaults().withTimeout(Duration.ofSeconds(1)));
        Awaitility.await().ignoreExceptions().untilAsserted(store::createTable);
        StoreScenarios scenarios = new StoreScenarios(store, 4000);
        TransactionScenarios transactions = new TransactionScenarios(source, kill);
        return Stream.of(
                        scenarios.ofAnyStore(),
                        transactions.ofAnyDatabase(),
                        transactions.ofServer(),
                        scenarios.ofServer(started))
                .flatMap(tests -> tests);
    }
}
