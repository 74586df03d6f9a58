package dev.millrace.store;

/** Which offset a lookup by time means. */
public enum Boundary {
    /** The smallest offset stored at or after the time. */
    LOWER,
    /** The largest offset stored at or before the time. */
    UPPER
}
