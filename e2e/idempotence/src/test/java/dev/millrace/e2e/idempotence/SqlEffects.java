package dev.millrace.e2e.idempotence;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.MessageListener;
import dev.millrace.client.idempotent.IdempotentListener;
import dev.millrace.client.jdbc.JdbcSettings;
import dev.millrace.client.jdbc.JdbcStore;
import dev.millrace.client.jdbc.TransactionalListener;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.awaitility.Awaitility;

/** A row for each effect, without any constraint that would hide a second one. Owner: one process. */
final class SqlEffects implements Effects {
    private final DataSource source;

    SqlEffects(DataSource source) {
        this.source = source;
    }

    @Override
    public void prepare(Mode mode) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(JdbcStore.of(source, JdbcSettings.defaults())::createTable);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE effects_" + mode
                    + " (number SERIAL, message VARCHAR(64) NOT NULL, process VARCHAR(64) NOT NULL)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public MessageListener listener(Mode mode, String process) {
        Pauses pauses = new Pauses(process);
        if (mode == Mode.TOGETHER) {
            return TransactionalListener.of(
                    source, JdbcSettings.defaults(), ConsumerMain.settings(mode), (message, connection) -> {
                        pauses.pause();
                        insert(connection, mode, ConsumerMain.text(message), process);
                        pauses.pause();
                        return ConsumeResult.SUCCESS;
                    });
        }
        JdbcStore store = JdbcStore.of(source, JdbcSettings.defaults());
        return IdempotentListener.of(store, ConsumerMain.settings(mode), message -> {
            pauses.pause();
            try (Connection connection = source.getConnection()) {
                insert(connection, mode, ConsumerMain.text(message), process);
            }
            pauses.pause();
            return ConsumeResult.SUCCESS;
        });
    }

    private static void insert(Connection connection, Mode mode, String message, String process) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO effects_" + mode + " (message, process) VALUES (?, ?)")) {
            statement.setString(1, message);
            statement.setString(2, process);
            statement.executeUpdate();
        }
    }

    @Override
    public List<Effect> happened(Mode mode) throws SQLException {
        List<Effect> found = new ArrayList<>();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT message, process FROM effects_" + mode + " ORDER BY number")) {
            while (rows.next()) {
                found.add(new Effect(rows.getString(1), rows.getString(2)));
            }
        }
        return found;
    }

    @Override
    public void close() {
        // Its connections end with the server.
    }
}
