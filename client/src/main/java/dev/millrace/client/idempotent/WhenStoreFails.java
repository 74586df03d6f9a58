package dev.millrace.client.idempotent;

/** What a listener does with a message while its store can't be asked. */
public enum WhenStoreFails {
    /** It is not handled, and comes again later. */
    FAIL,
    /** It is handled without protection, counted and logged; duplicates are handled too. */
    GO_ON
}
