package dev.millrace.client.jdbc;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;
import java.sql.Connection;
import java.util.List;

/** Handles several messages in one transaction, in which they are marked. */
@FunctionalInterface
public interface TransactionalBatchWork {
    /**
     * With SUCCESS the caller commits, with RETRY or an exception it rolls back.
     *
     * @param messages those that nobody has handled
     * @param connection in a transaction; it refuses to commit, to roll back as a whole, and to leave the transaction
     */
    ConsumeResult consume(List<ReceivedMessage> messages, Connection connection) throws Exception;
}
