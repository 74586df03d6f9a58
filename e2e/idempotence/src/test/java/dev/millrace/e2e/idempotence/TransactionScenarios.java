package dev.millrace.e2e.idempotence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.jdbc.JdbcSettings;
import dev.millrace.client.jdbc.TransactionalListener;
import dev.millrace.client.jdbc.TransactionalWork;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.DynamicTest;

/** Effect and mark in one transaction. Owner: one test class. */
final class TransactionScenarios {
    private static final int IDS = 2000;
    private static final int IDS_WITH_KILLS = 500;
    private static final long SEED = 4711;

    private final DataSource source;
    /** Ends all other sessions, or gives their numbers for KILL. */
    private final String killOthers;

    TransactionScenarios(DataSource source, String killOthers) {
        this.source = source;
        this.killOthers = killOthers;
    }

    Stream<DynamicTest> ofAnyDatabase() {
        return Stream.of(DynamicTest.dynamicTest("effect and mark commit once, seed " + SEED, this::commitOnce));
    }

    Stream<DynamicTest> ofServer() {
        return Stream.of(
                DynamicTest.dynamicTest("a killed session leaves neither effect nor mark", this::killedInTheMiddle),
                DynamicTest.dynamicTest("kills at any time leave both or neither", this::killedAtAnyTime));
    }

    private void update(String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> strings(String sql) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
        }
        return found;
    }

    private static void effect(Connection connection, String table, String id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + table + " VALUES (?)")) {
            statement.setString(1, id);
            statement.executeUpdate();
        }
    }

    private TransactionalListener listener(String scope, TransactionalWork work) {
        return TransactionalListener.of(source, JdbcSettings.defaults(), IdempotenceSettings.of(scope), work);
    }

    private void killOthers() throws SQLException {
        List<String> sessions = strings(killOthers);
        if (killOthers.contains("pg_terminate_backend")) {
            return;
        }
        for (String session : sessions) {
            try {
                update("KILL CONNECTION " + session);
            } catch (SQLException e) {
                // It has ended by itself.
            }
        }
    }

    private void commitOnce() throws Exception {
        update("CREATE TABLE effects (id VARCHAR(64) NOT NULL)");
        List<String> ids = IntStream.range(0, IDS).mapToObj(i -> "tx-" + i).toList();
        Random random = new Random(SEED);
        TransactionalListener listener = listener("tx", (message, connection) -> {
            effect(connection, "effects", message.messageId());
            return random.nextInt(10) == 0 ? ConsumeResult.RETRY : ConsumeResult.SUCCESS;
        });

        int failures = new Swarm(ids, SEED).run(listener);

        assertThat(failures).isPositive();
        assertThat(strings("SELECT id FROM effects")).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(strings("SELECT id FROM millrace_idempotence WHERE id LIKE 'tx/%'"))
                .hasSize(IDS);
        assertThat(listener.counts().committed()).isEqualTo(IDS);
    }

    private void killedInTheMiddle() throws Exception {
        update("CREATE TABLE effects_killed (id VARCHAR(64) NOT NULL)");
        AtomicBoolean isKilling = new AtomicBoolean(true);
        TransactionalListener listener = listener("killed", (message, connection) -> {
            effect(connection, "effects_killed", message.messageId());
            if (isKilling.getAndSet(false)) {
                killOthers();
            }
            return ConsumeResult.SUCCESS;
        });

        assertThatThrownBy(() -> listener.consume(Delivered.message("k"))).isInstanceOf(SQLException.class);
        assertThat(strings("SELECT id FROM effects_killed")).isEmpty();
        assertThat(strings("SELECT id FROM millrace_idempotence WHERE id LIKE 'killed/%'"))
                .isEmpty();
        ConsumeResult again = listener.consume(Delivered.message("k"));

        assertThat(again).isEqualTo(ConsumeResult.SUCCESS);
        assertThat(strings("SELECT id FROM effects_killed")).containsExactly("k");
    }

    /** One transaction in a hundred ends all the others, wherever they are: before, in, or after their commit. */
    private void killedAtAnyTime() throws Exception {
        update("CREATE TABLE effects_any (id VARCHAR(64) NOT NULL)");
        List<String> ids =
                IntStream.range(0, IDS_WITH_KILLS).mapToObj(i -> "any-" + i).toList();
        AtomicInteger calls = new AtomicInteger();
        TransactionalListener listener = listener("any", (message, connection) -> {
            effect(connection, "effects_any", message.messageId());
            if (calls.incrementAndGet() % 100 == 50) {
                killOthers();
            }
            return ConsumeResult.SUCCESS;
        });

        int failures = new Swarm(ids, SEED).run(listener);

        assertThat(failures).isPositive();
        assertThat(strings("SELECT id FROM effects_any")).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(strings("SELECT id FROM millrace_idempotence WHERE id LIKE 'any/%'"))
                .hasSize(IDS_WITH_KILLS);
    }
}
