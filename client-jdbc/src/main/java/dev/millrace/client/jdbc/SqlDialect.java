package dev.millrace.client.jdbc;

import dev.millrace.client.idempotent.IdempotenceException;
import java.util.List;
import java.util.Locale;

/**
 * What differs between databases. Give one of your own for a database that is not here.
 *
 * @param nowMs expression for the database's time, milliseconds since 1970 as a whole number, and not bound to the start of
 *     a transaction
 * @param insertStart how an insert begins that may meet an existing row
 * @param insertEnd how it ends; if both leave a plain insert, a violated constraint (SQLSTATE 23…) means that the row exists
 * @param createTable statements that make table and index unless they exist; {@code $table} stands for the name
 */
public record SqlDialect(String nowMs, String insertStart, String insertEnd, List<String> createTable) {
    /** PostgreSQL 9.5 and later. */
    public static final SqlDialect POSTGRESQL = new SqlDialect(
            "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            "INSERT INTO",
            "ON CONFLICT (id) DO NOTHING",
            List.of(
                    "CREATE TABLE IF NOT EXISTS $table (id VARCHAR(255) COLLATE \"C\" PRIMARY KEY, state SMALLINT NOT NULL,"
                            + " token BIGINT NOT NULL, until_ms BIGINT NOT NULL)",
                    "CREATE INDEX IF NOT EXISTS $table_until ON $table (until_ms)"));

    /** MySQL 5.7 and later, MariaDB 10.3 and later. */
    public static final SqlDialect MYSQL = new SqlDialect(
            "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000",
            "INSERT IGNORE INTO",
            "",
            List.of("CREATE TABLE IF NOT EXISTS $table ("
                    + "id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,"
                    + " state SMALLINT NOT NULL, token BIGINT NOT NULL, until_ms BIGINT NOT NULL,"
                    + " KEY $table_until (until_ms)) ENGINE=InnoDB"));

    /** H2 2.x. */
    public static final SqlDialect H2 = new SqlDialect(
            "CAST(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP(3)) * 1000 AS BIGINT)",
            "INSERT INTO",
            "",
            List.of(
                    "CREATE TABLE IF NOT EXISTS $table (id VARCHAR(255) PRIMARY KEY, state SMALLINT NOT NULL,"
                            + " token BIGINT NOT NULL, until_ms BIGINT NOT NULL)",
                    "CREATE INDEX IF NOT EXISTS $table_until ON $table (until_ms)"));

    public SqlDialect {
        createTable = List.copyOf(createTable);
    }

    /** By the name that a driver gives to its database. */
    static SqlDialect ofProduct(String product) {
        String name = product.toLowerCase(Locale.ROOT);
        if (name.contains("postgres")) {
            return POSTGRESQL;
        }
        if (name.contains("mysql") || name.contains("mariadb")) {
            return MYSQL;
        }
        if (name.equals("h2")) {
            return H2;
        }
        throw new IdempotenceException(
                "database '" + product + "' is none of PostgreSQL, MySQL, MariaDB, H2; give a SqlDialect for it");
    }
}
