package dev.millrace.client.jdbc;

import dev.millrace.client.idempotent.Claim;
import dev.millrace.client.idempotent.ClaimOutcome;
import dev.millrace.client.idempotent.IdempotenceStore;
import dev.millrace.client.idempotent.StoreKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/**
 * Marks in a table of a SQL database. Each call takes a connection from the data source, commits once, and gives it back: use a
 * pool, whose own timeouts for getting a connection should be short. Leases count by the database's time.
 *
 * <p>Thread-safe. A mark is as durable as the database's commits.
 */
public final class JdbcStore implements IdempotenceStore {
    private final Database database;

    JdbcStore(Database database) {
        this.database = database;
    }

    /** Does not connect yet. */
    public static JdbcStore of(DataSource source, JdbcSettings settings) {
        return new JdbcStore(JdbcWiring.database(source, settings));
    }

    /** Makes table and index unless they are there; {@code docs/idempotence.md} has the statements for each database. */
    public void createTable() {
        database.call("creating the table", (connection, table) -> {
            table.create(connection);
            return true;
        });
    }

    @Override
    public ClaimOutcome claim(StoreKey key, Duration lease) {
        return database.call("a claim", (connection, table) -> table.claim(connection, key, MarkTable.LEASED, lease));
    }

    @Override
    public boolean renew(Claim claim, Duration lease) {
        return database.call("a renewal", (connection, table) -> table.renew(connection, claim, lease));
    }

    @Override
    public boolean complete(Claim claim, Duration retention) {
        return database.call("a completion", (connection, table) -> table.complete(connection, claim, retention));
    }

    @Override
    public void release(Claim claim) {
        database.call("a release", (connection, table) -> {
            table.release(connection, claim);
            return true;
        });
    }

    @Override
    public int forgetExpired(int countMax) {
        return database.call("cleaning up", (connection, table) -> table.forgetExpired(connection, countMax));
    }

    /** With one commit for all. */
    @Override
    public List<ClaimOutcome> claimAll(List<StoreKey> keys, Duration lease) {
        if (keys.size() == 1) {
            return List.of(claim(keys.get(0), lease));
        }
        return together(
                "a claim",
                keys,
                Function.identity(),
                (connection, table, key) -> table.claim(connection, key, MarkTable.LEASED, lease));
    }

    /** With one commit for all. */
    @Override
    public List<Boolean> renewAll(List<Claim> claims, Duration lease) {
        return together(
                "a renewal", claims, Claim::key, (connection, table, claim) -> table.renew(connection, claim, lease));
    }

    /** With one commit for all. */
    @Override
    public List<Boolean> completeAll(List<Claim> claims, Duration retention) {
        if (claims.size() == 1) {
            return List.of(complete(claims.get(0), retention));
        }
        return together(
                "a completion",
                claims,
                Claim::key,
                (connection, table, claim) -> table.complete(connection, claim, retention));
    }

    /** One step of several. */
    @FunctionalInterface
    private interface Step<K, T> {
        T on(Connection connection, MarkTable table, K item) throws SQLException;
    }

    /** In the order of the keys, so that two calls with the same keys don't wait for each other. */
    private <K, T> List<T> together(String what, List<K> items, Function<K, StoreKey> key, Step<K, T> step) {
        List<Integer> order = IntStream.range(0, items.size())
                .boxed()
                .sorted(Comparator.comparing(i -> key.apply(items.get(i)).value()))
                .toList();
        return database.transaction(what, (connection, table) -> {
            Map<Integer, T> results = new TreeMap<>();
            for (Integer i : order) {
                results.put(i, step.on(connection, table, items.get(i)));
            }
            return List.copyOf(results.values());
        });
    }

    /** Nothing to close: the data source is not ours. */
    @Override
    public void close() {
        // The data source is the application's.
    }
}
