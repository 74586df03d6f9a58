package dev.millrace.client;

/**
 * What became of a send with a transaction. Immutable.
 *
 * @param message where the half message is stored; its message id is the transaction's id
 * @param outcome what the local transaction said
 * @param isTold whether the broker confirmed the outcome; if not, it asks later
 */
public record TransactionResult(SendResult message, TransactionOutcome outcome, boolean isTold) {}
