package dev.millrace.crds.schema;

/** What changing a field of a running cluster does. */
public enum Effect {
    /** Taken over while everything runs. */
    HOT,
    /** Processes restart, one copy of a broker group at a time. */
    RESTART,
    /** Cannot change after the resource was created. */
    FIXED
}
