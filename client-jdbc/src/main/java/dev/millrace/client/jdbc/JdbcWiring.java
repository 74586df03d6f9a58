package dev.millrace.client.jdbc;

import java.time.InstantSource;
import javax.sql.DataSource;

/** Gives the clock to what needs one. */
final class JdbcWiring {
    private JdbcWiring() {}

    static Database database(DataSource source, JdbcSettings settings) {
        return new Database(source, settings, InstantSource.system());
    }
}
