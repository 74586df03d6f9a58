package dev.millrace.e2e.idempotence;

import dev.millrace.client.idempotent.MemoryStore;
import dev.millrace.client.jdbc.JdbcSettings;
import dev.millrace.client.jdbc.JdbcStore;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Stores that need no server. */
class ProcessStoresIT {
    @TestFactory
    Stream<DynamicTest> memory() {
        return new StoreScenarios(MemoryStore.ofSize(100_000), 16_000).ofAnyStore();
    }

    @TestFactory
    Stream<DynamicTest> h2() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:idempotence;DB_CLOSE_DELAY=-1");
        DataSource pool = new Pool(source);
        JdbcStore store = JdbcStore.of(pool, JdbcSettings.defaults());
        store.createTable();
        return Stream.concat(
                new StoreScenarios(store, 1000).ofAnyStore(),
                new TransactionScenarios(pool, "no kill in H2").ofAnyDatabase());
    }
}
