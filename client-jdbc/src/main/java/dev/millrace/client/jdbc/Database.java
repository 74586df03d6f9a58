package dev.millrace.client.jdbc;

import dev.millrace.client.idempotent.IdempotenceException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Borrows connections, with limits on how long the network may take, and finds out which database it is. Thread-safe: the
 * table is found once and then immutable.
 */
final class Database {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final long NETWORK_MARGIN_MS = 1000;
    /** Deadlock or serialization failure, and lock wait over, as databases call it. */
    private static final Set<String> CONFLICT_STATES = Set.of("55P03", "57014", "HYT00", "HYT01");

    private static final String ROLLED_BACK = "40";
    /** MySQL and MariaDB: lock wait timeout, statement timeout. */
    private static final Set<Integer> MYSQL_CONFLICTS = Set.of(1205, 1969, 3024);

    private static final int LOCK_TIMEOUT_H2 = 50_200;

    private final DataSource source;
    private final JdbcSettings settings;
    private final InstantSource wallTime;
    private volatile @Nullable MarkTable table;

    /** Does something on a connection. */
    @FunctionalInterface
    interface Call<T> {
        T on(Connection connection, MarkTable table) throws SQLException;
    }

    Database(DataSource source, JdbcSettings settings, InstantSource wallTime) {
        this.source = source;
        this.settings = settings;
        this.wallTime = wallTime;
    }

    /** One call in which every statement commits by itself. */
    <T> T call(String what, Call<T> call) {
        try (Connection connection = source.getConnection()) {
            boolean wasAutomatic = connection.getAutoCommit();
            if (wasAutomatic) {
                return limited(connection, call);
            }
            connection.setAutoCommit(true);
            try {
                return limited(connection, call);
            } finally {
                restore(connection, false);
            }
        } catch (SQLException e) {
            throw failure(what, e);
        }
    }

    /** One call with one commit at its end. */
    <T> T transaction(String what, Call<T> call) {
        try (Connection connection = source.getConnection()) {
            boolean wasAutomatic = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try {
                return limited(connection, (limited, found) -> {
                    T result = call.on(limited, found);
                    limited.commit();
                    return result;
                });
            } catch (SQLException | RuntimeException | Error e) {
                rollBack(connection); // before automatic commits are on again: that would commit
                throw e;
            } finally {
                restore(connection, wasAutomatic);
            }
        } catch (SQLException e) {
            throw failure(what, e);
        }
    }

    static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // A broken connection is rolled back by its database.
            LOG.atDebug().addKeyValue("error", e.getMessage()).log("not rolled back");
        }
    }

    static void restore(Connection connection, boolean isAutomatic) {
        try {
            connection.setAutoCommit(isAutomatic);
        } catch (SQLException e) {
            LOG.atDebug().addKeyValue("error", e.getMessage()).log("a broken connection stays as it is");
        }
    }

    Connection connection() throws SQLException {
        return source.getConnection();
    }

    /** Calls with a limit on the network's time, which then is as it was for whoever has the connection next. */
    <T> T limited(Connection connection, Call<T> call) throws SQLException {
        MarkTable found = table(connection);
        int before = connection.getNetworkTimeout();
        limit(connection, (int) (settings.timeout().toMillis() + NETWORK_MARGIN_MS));
        try {
            return call.on(connection, found);
        } finally {
            if (!connection.isClosed()) {
                limit(connection, before);
            }
        }
    }

    private static void limit(Connection connection, int timeoutMs) throws SQLException {
        try {
            connection.setNetworkTimeout(Runnable::run, timeoutMs);
        } catch (SQLFeatureNotSupportedException e) {
            // Then the data source's own limits hold.
        }
    }

    private MarkTable table(Connection connection) throws SQLException {
        MarkTable known = table;
        if (known != null) {
            return known;
        }
        SqlDialect given = settings.dialect();
        SqlDialect dialect = given != null
                ? given
                : SqlDialect.ofProduct(connection.getMetaData().getDatabaseProductName());
        long timeoutMs = settings.timeout().toMillis() + TimeUnit.SECONDS.toMillis(1) - 1;
        MarkTable found =
                new MarkTable(dialect, settings.table(), (int) TimeUnit.MILLISECONDS.toSeconds(timeoutMs), wallTime);
        table = found;
        return found;
    }

    /** Whether others were in the way, and the same call may succeed when they are done. */
    static boolean isConflict(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith(ROLLED_BACK) || CONFLICT_STATES.contains(state))
                || MYSQL_CONFLICTS.contains(e.getErrorCode())
                || e.getErrorCode() == LOCK_TIMEOUT_H2;
    }

    IdempotenceException failure(String what, SQLException e) {
        return new IdempotenceException(
                what + " failed in table " + settings.table() + " with SQLSTATE " + e.getSQLState() + ": "
                        + firstLine(e.getMessage())
                        + "; check that the database runs, is reachable, and has this table (createTable())",
                e);
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "no message" : text.lines().findFirst().orElse("no message");
    }
}
