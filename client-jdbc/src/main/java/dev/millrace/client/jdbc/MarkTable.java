package dev.millrace.client.jdbc;

import dev.millrace.client.idempotent.Claim;
import dev.millrace.client.idempotent.ClaimOutcome;
import dev.millrace.client.idempotent.StoreKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The statements on the table of marks. A row is changed only by who read it as it is, or has its token.
 *
 * <pre>
 * column    type          meaning
 * id        VARCHAR(255)  scope and identity, ASCII, see StoreKey; primary key, compared byte by byte
 * state     SMALLINT      0 leased, 1 done
 * token     BIGINT        fencing token of the last claim; a new row starts at the claimant's time in microseconds
 * until_ms  BIGINT        end of the lease or of the retention: database time, milliseconds since 1970; indexed
 * </pre>
 *
 * <p>Thread-safe: immutable.
 */
final class MarkTable {
    static final int LEASED = 0;
    static final int DONE = 1;

    /** Records that are over are kept so long: their tokens go on growing, and late completions find them. */
    private static final long KEPT_AFTER_MS = TimeUnit.MINUTES.toMillis(10);

    private static final String CONSTRAINT_VIOLATED = "23";

    private final SqlDialect dialect;
    private final String table;
    private final int timeoutSeconds;
    private final InstantSource wallTime;
    private final String insert;
    private final String find;
    private final String takeOver;
    private final String renew;
    private final String complete;
    private final String release;
    private final String findExpired;
    private final String delete;

    private record Row(int state, long token, long untilMs, long leftMs) {}

    MarkTable(SqlDialect dialect, String table, int timeoutSeconds, InstantSource wallTime) {
        this.dialect = dialect;
        this.table = table;
        this.timeoutSeconds = timeoutSeconds;
        this.wallTime = wallTime;
        String now = dialect.nowMs();
        this.insert = dialect.insertStart() + " " + table + " (id, state, token, until_ms) VALUES (?, ?, ?, " + now
                + " + ?) " + dialect.insertEnd();
        this.find = "SELECT state, token, until_ms, until_ms - " + now + " FROM " + table + " WHERE id = ?";
        String update = "UPDATE " + table + " SET ";
        this.takeOver = update + "state = ?, token = ?, until_ms = " + now
                + " + ? WHERE id = ? AND token = ? AND state = ? AND until_ms = ?";
        this.renew = update + "until_ms = " + now + " + ? WHERE id = ? AND token = ? AND state = " + LEASED;
        this.complete = update + "state = " + DONE + ", until_ms = " + now + " + ? WHERE id = ? AND token = ?";
        // The next token, so that a renewal that comes late does not take the claim back.
        this.release =
                update + "token = token + 1, until_ms = " + now + " WHERE id = ? AND token = ? AND state = " + LEASED;
        this.findExpired = "SELECT id FROM " + table + " WHERE until_ms < " + now + " - " + KEPT_AFTER_MS;
        this.delete = "DELETE FROM " + table + " WHERE id = ? AND until_ms < " + now + " - " + KEPT_AFTER_MS;
    }

    void create(Connection connection) throws SQLException {
        String index = table.substring(table.indexOf('.') + 1) + "_until";
        try (Statement statement = connection.createStatement()) {
            for (String each : dialect.createTable()) {
                statement.execute(each.replace("$table_until", index).replace("$table", table));
            }
        }
    }

    /** Writes a row of this state for this period, unless a valid one is there. */
    ClaimOutcome claim(Connection connection, StoreKey key, int state, Duration period) throws SQLException {
        long token = TimeUnit.MILLISECONDS.toMicros(wallTime.millis());
        if (insert(connection, key, state, token, period)) {
            return new ClaimOutcome.Claimed(new Claim(key, token));
        }
        Optional<Row> found = find(connection, key);
        if (found.isEmpty()) {
            return new ClaimOutcome.Held(Duration.ZERO); // it vanished just now
        }
        Row row = found.get();
        if (row.leftMs() > 0) {
            return row.state() == DONE
                    ? new ClaimOutcome.Done()
                    : new ClaimOutcome.Held(Duration.ofMillis(row.leftMs()));
        }
        long next = Math.max(token, row.token() + 1);
        boolean isOurs = update(
                connection, takeOver, state, next, period.toMillis(), key, row.token(), row.state(), row.untilMs());
        return isOurs ? new ClaimOutcome.Claimed(new Claim(key, next)) : new ClaimOutcome.Held(Duration.ZERO);
    }

    boolean renew(Connection connection, Claim claim, Duration lease) throws SQLException {
        return update(connection, renew, lease.toMillis(), claim.key(), claim.fencingToken())
                || insert(connection, claim.key(), LEASED, claim.fencingToken(), lease);
    }

    boolean complete(Connection connection, Claim claim, Duration retention) throws SQLException {
        return update(connection, complete, retention.toMillis(), claim.key(), claim.fencingToken())
                || insert(connection, claim.key(), DONE, claim.fencingToken(), retention);
    }

    void release(Connection connection, Claim claim) throws SQLException {
        update(connection, release, claim.key(), claim.fencingToken());
    }

    int forgetExpired(Connection connection, int countMax) throws SQLException {
        List<String> expired = new ArrayList<>();
        try (PreparedStatement statement = prepare(connection, findExpired)) {
            statement.setMaxRows(countMax);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    expired.add(rows.getString(1));
                }
            }
        }
        if (expired.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = prepare(connection, delete)) {
            for (String id : expired) {
                statement.setString(1, id);
                statement.addBatch();
            }
            return (int) Arrays.stream(statement.executeBatch())
                    .filter(count -> count != 0)
                    .count();
        }
    }

    private Optional<Row> find(Connection connection, StoreKey key) throws SQLException {
        try (PreparedStatement statement = prepare(connection, find)) {
            statement.setString(1, key.value());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next()
                        ? Optional.of(new Row(rows.getInt(1), rows.getLong(2), rows.getLong(3), rows.getLong(4)))
                        : Optional.empty();
            }
        }
    }

    private boolean insert(Connection connection, StoreKey key, int state, long token, Duration period)
            throws SQLException {
        try {
            return update(connection, insert, key, state, token, period.toMillis());
        } catch (SQLException e) {
            String sqlState = e.getSQLState();
            if (sqlState != null && sqlState.startsWith(CONSTRAINT_VIOLATED)) {
                return false;
            }
            throw e;
        }
    }

    private boolean update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql)) {
            for (int i = 0; i < values.length; i++) {
                Object value = values[i];
                if (value instanceof StoreKey key) {
                    statement.setString(i + 1, key.value());
                } else {
                    statement.setLong(i + 1, ((Number) value).longValue());
                }
            }
            return statement.executeUpdate() == 1;
        }
    }

    private PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(timeoutSeconds);
        return statement;
    }
}
