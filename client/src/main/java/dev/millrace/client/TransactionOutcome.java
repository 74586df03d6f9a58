package dev.millrace.client;

/** How a local transaction ended. */
public enum TransactionOutcome {
    /** Its message is delivered. */
    COMMIT,
    /** Its message is never delivered. */
    ROLLBACK,
    /** Nobody knows yet; the broker asks later. */
    UNKNOWN
}
