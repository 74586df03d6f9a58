package dev.millrace.client.jdbc;

import dev.millrace.client.BatchListener;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.idempotent.IdempotenceSettings;
import java.util.List;
import javax.sql.DataSource;

/**
 * Handles the unmarked messages of a batch in one transaction, in which they are marked: all effects and marks are there, or
 * none. One commit a batch makes it the fastest way to exactly-once effects in a database.
 *
 * <p>Thread-safe; one connection for each running call.
 */
public final class TransactionalBatchListener implements BatchListener {
    private final TransactionRunner runner;

    private TransactionalBatchListener(TransactionRunner runner) {
        this.runner = runner;
    }

    /** The table must be there: {@link JdbcStore#createTable}. */
    public static TransactionalBatchListener of(
            DataSource source, JdbcSettings jdbc, IdempotenceSettings settings, TransactionalBatchWork work) {
        return new TransactionalBatchListener(new TransactionRunner(JdbcWiring.database(source, jdbc), settings, work));
    }

    @Override
    public ConsumeResult consume(List<ReceivedMessage> messages) throws Exception {
        return runner.consume(messages);
    }

    public TransactionCounts counts() {
        return runner.counts();
    }
}
