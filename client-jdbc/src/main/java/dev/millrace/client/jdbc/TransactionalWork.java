package dev.millrace.client.jdbc;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;
import java.sql.Connection;

/** Handles one message in the transaction in which it is marked. */
@FunctionalInterface
public interface TransactionalWork {
    /**
     * With SUCCESS the caller commits, with RETRY or an exception it rolls back.
     *
     * @param connection in a transaction; it refuses to commit, to roll back as a whole, and to leave the transaction
     */
    ConsumeResult consume(ReceivedMessage message, Connection connection) throws Exception;
}
