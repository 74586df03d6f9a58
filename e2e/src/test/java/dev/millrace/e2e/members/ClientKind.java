package dev.millrace.e2e.members;

/** Whose client a member process uses. */
public enum ClientKind {
    /** The published client 5.5.0. */
    ROCKETMQ,
    /** Ours. */
    MILLRACE
}
