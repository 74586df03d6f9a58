package dev.millrace.client;

/** What a listener says of the messages it got. */
public enum ConsumeResult {
    /** They are done. */
    SUCCESS,
    /** Deliver them again later; so does an exception. */
    RETRY
}
