package dev.millrace.client;

import java.util.Optional;

/**
 * What became of a send with a transaction. Immutable.
 *
 * @param message where the half message is stored; its message id is the transaction's id
 * @param outcome what the local transaction said; ROLLBACK if it did not run
 * @param isTold whether the broker confirmed the outcome; if not, it asks later
 * @param notRunReason why the local transaction did not run; empty if it did
 */
public record TransactionResult(
        SendResult message, TransactionOutcome outcome, boolean isTold, Optional<String> notRunReason) {
    /** Whether the local transaction ran. */
    public boolean hasRun() {
        return notRunReason.isEmpty();
    }
}
