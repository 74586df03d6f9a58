package dev.millrace.client.jdbc;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.MessageListener;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.idempotent.IdempotenceSettings;
import java.util.List;
import javax.sql.DataSource;

/**
 * Handles each message in the transaction in which it is marked: effect and mark are both there, or none of them is. Lease
 * and waiting of the settings are not used: who comes second waits in the database, for the timeout at most.
 *
 * <p>Thread-safe; one connection for each running call.
 */
public final class TransactionalListener implements MessageListener {
    private final TransactionRunner runner;

    private TransactionalListener(TransactionRunner runner) {
        this.runner = runner;
    }

    /** The table must be there: {@link JdbcStore#createTable}. */
    public static TransactionalListener of(
            DataSource source, JdbcSettings jdbc, IdempotenceSettings settings, TransactionalWork work) {
        return new TransactionalListener(new TransactionRunner(
                JdbcWiring.database(source, jdbc),
                settings,
                (messages, connection) -> work.consume(messages.get(0), connection)));
    }

    @Override
    public ConsumeResult consume(ReceivedMessage message) throws Exception {
        return runner.consume(List.of(message));
    }

    public TransactionCounts counts() {
        return runner.counts();
    }
}
