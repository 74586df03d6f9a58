package dev.millrace.client.jdbc;

import dev.millrace.client.idempotent.Claim;
import dev.millrace.client.idempotent.ClaimOutcome;
import dev.millrace.client.idempotent.IdempotenceStore;
import dev.millrace.client.idempotent.StoreKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * Marks in a table of a SQL database. Each call takes a connection from the data source, commits, and gives it back: use a
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

    /** On one connection. */
    @Override
    public List<ClaimOutcome> claimAll(List<StoreKey> keys, Duration lease) {
        return database.call("a claim", (connection, table) -> {
            List<ClaimOutcome> outcomes = new ArrayList<>(keys.size());
            for (StoreKey key : keys) {
                outcomes.add(table.claim(connection, key, MarkTable.LEASED, lease));
            }
            return outcomes;
        });
    }

    /** On one connection. */
    @Override
    public List<Boolean> renewAll(List<Claim> claims, Duration lease) {
        return database.call("a renewal", (connection, table) -> {
            List<Boolean> renewed = new ArrayList<>(claims.size());
            for (Claim claim : claims) {
                renewed.add(table.renew(connection, claim, lease));
            }
            return renewed;
        });
    }

    /** On one connection. */
    @Override
    public List<Boolean> completeAll(List<Claim> claims, Duration retention) {
        return database.call("a completion", (connection, table) -> {
            List<Boolean> completed = new ArrayList<>(claims.size());
            for (Claim claim : claims) {
                completed.add(table.complete(connection, claim, retention));
            }
            return completed;
        });
    }

    /** Nothing to close: the data source is not ours. */
    @Override
    public void close() {
        // The data source is the application's.
    }
}
