package dev.millrace.client.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.idempotent.IdempotenceException;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.WhenStoreFails;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionalListenerTest {
    private static final IdempotenceSettings SETTINGS = IdempotenceSettings.of("g");
    private static final ReceivedMessage MESSAGE = Samples.message("AC01");

    private final DataSource source = Samples.database();

    @BeforeEach
    void createTables() throws SQLException {
        JdbcStore.of(source, JdbcSettings.defaults()).createTable();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE effects (n INT NOT NULL)");
        }
    }

    private static ConsumeResult effect(Connection connection, ConsumeResult result) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO effects VALUES (1)");
        }
        return result;
    }

    private int count(String table) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private TransactionalListener listener(TransactionalWork work) {
        return TransactionalListener.of(source, JdbcSettings.defaults(), SETTINGS, work);
    }

    @Test
    void commitsEffectAndMarkTogetherAndOnce() throws Exception {
        TransactionalListener listener = listener((message, connection) -> effect(connection, ConsumeResult.SUCCESS));

        ConsumeResult first = listener.consume(MESSAGE);
        ConsumeResult second = listener.consume(MESSAGE);

        assertThat(List.of(first, second)).containsOnly(ConsumeResult.SUCCESS);
        assertThat(count("effects")).isEqualTo(1);
        assertThat(count("millrace_idempotence")).isEqualTo(1);
        assertThat(listener.counts()).isEqualTo(new TransactionCounts(1, 1, 0, 1));
    }

    @Test
    @SuppressWarnings("NullAway") // What work must not do.
    void rollsBothBackAfterNull() throws Exception {
        TransactionalListener listener = listener((message, connection) -> {
            effect(connection, ConsumeResult.SUCCESS);
            return null;
        });

        assertThatThrownBy(() -> listener.consume(MESSAGE)).hasMessageContaining("gave null for 1 messages");

        assertThat(count("effects")).isZero();
        assertThat(count("millrace_idempotence")).isZero();
    }

    @Test
    void rollsBothBackAfterRetryAndAfterAnException() throws Exception {
        TransactionalListener retrying = listener((message, connection) -> effect(connection, ConsumeResult.RETRY));
        TransactionalListener failing = listener((message, connection) -> {
            effect(connection, ConsumeResult.SUCCESS);
            throw new IllegalStateException("no");
        });

        assertThat(retrying.consume(MESSAGE)).isEqualTo(ConsumeResult.RETRY);
        assertThatThrownBy(() -> failing.consume(MESSAGE)).hasMessage("no");

        assertThat(count("effects")).isZero();
        assertThat(count("millrace_idempotence")).isZero();
    }

    @Test
    void refusesToLetTheWorkEndTheTransaction() {
        TransactionalListener listener = listener((message, connection) -> {
            connection.commit();
            return ConsumeResult.SUCCESS;
        });

        assertThatThrownBy(() -> listener.consume(MESSAGE))
                .isInstanceOf(IdempotenceException.class)
                .hasMessageContaining("work called commit()");
    }

    @Test
    void givesBackWhatAnotherTransactionWorksOn() throws Exception {
        List<ConsumeResult> others = new ArrayList<>();
        TransactionalListener other = listener((message, connection) -> effect(connection, ConsumeResult.SUCCESS));

        listener((message, connection) -> {
                    others.add(other.consume(message));
                    return effect(connection, ConsumeResult.SUCCESS);
                })
                .consume(MESSAGE);

        assertThat(others)
                .singleElement()
                .satisfies(result -> assertThat(result.delay()).isPresent());
        assertThat(other.counts().held()).isEqualTo(1);
        assertThat(count("effects")).isEqualTo(1);
    }

    @Test
    void aBatchIsOneTransactionOfWhatIsNotDone() throws Exception {
        List<Integer> sizes = new ArrayList<>();
        TransactionalBatchListener listener =
                TransactionalBatchListener.of(source, JdbcSettings.defaults(), SETTINGS, (messages, connection) -> {
                    sizes.add(messages.size());
                    return effect(connection, ConsumeResult.SUCCESS);
                });

        listener.consume(List.of(Samples.message("3"), Samples.message("1"), Samples.message("1")));
        listener.consume(List.of(Samples.message("1"), Samples.message("2")));

        assertThat(sizes).containsExactly(2, 1);
        assertThat(count("millrace_idempotence")).isEqualTo(3);
        assertThat(listener.counts().duplicates()).isEqualTo(2);
    }

    @Test
    void cannotGoOnWithoutItsDatabase() {
        IdempotenceSettings bold = SETTINGS.whenStoreFails(WhenStoreFails.GO_ON);

        assertThatThrownBy(() -> TransactionalListener.of(
                        source, JdbcSettings.defaults(), bold, (message, connection) -> ConsumeResult.SUCCESS))
                .hasMessageContaining("use whenStoreFails(FAIL)");
    }
}
