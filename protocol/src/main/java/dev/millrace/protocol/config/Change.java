package dev.millrace.protocol.config;

/** What it takes to change a setting. Broker and operator read the same mark. */
public enum Change {
    /** Takes effect while the program runs. */
    HOT,
    /** Takes effect at the next start. */
    RESTART,
    /** Fixed once the program has stored data with it. */
    IMMUTABLE
}
