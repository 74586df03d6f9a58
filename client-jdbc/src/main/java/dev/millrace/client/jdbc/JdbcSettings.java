package dev.millrace.client.jdbc;

import dev.millrace.client.idempotent.IdempotenceException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where marks are kept. Immutable: each {@code with} method gives a new one.
 *
 * @param table name of the table, with its schema if needed
 * @param timeout longest time for a statement, whole seconds; the network gets one second more
 * @param dialect how to speak to the database, or null: found out from its driver
 */
public record JdbcSettings(
        String table, Duration timeout, @Nullable SqlDialect dialect) {
    private static final String TABLE = "millrace_idempotence";
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final Duration TIMEOUT_MIN = Duration.ofSeconds(1);
    private static final Duration TIMEOUT_MAX = Duration.ofMinutes(5);
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,40}(\\.[A-Za-z_][A-Za-z0-9_]{0,40})?");

    public JdbcSettings {
        if (!NAME.matcher(table).matches()) {
            throw new IdempotenceException("table '" + table + "' is no plain name or schema.name of up to 41"
                    + " letters, digits and _; choose another");
        }
        if (timeout.compareTo(TIMEOUT_MIN) < 0 || timeout.compareTo(TIMEOUT_MAX) > 0) {
            throw new IdempotenceException(
                    "timeout " + timeout + " is outside " + TIMEOUT_MIN + ".." + TIMEOUT_MAX + "; correct it");
        }
    }

    /** Table {@code millrace_idempotence}, 3 s, dialect from the driver. */
    public static JdbcSettings defaults() {
        return new JdbcSettings(TABLE, TIMEOUT, null);
    }

    public JdbcSettings withTable(String newTable) {
        return new JdbcSettings(newTable, timeout, dialect);
    }

    public JdbcSettings withTimeout(Duration newTimeout) {
        return new JdbcSettings(table, newTimeout, dialect);
    }

    public JdbcSettings withDialect(SqlDialect newDialect) {
        return new JdbcSettings(table, timeout, newDialect);
    }
}
