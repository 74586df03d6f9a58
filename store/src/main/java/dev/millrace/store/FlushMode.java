package dev.millrace.store;

/** When appended bytes are forced to the disk. */
public enum FlushMode {
    /** Before a waiting append completes; one force serves everything appended before it. */
    SYNC,
    /** Each interval, behind completed appends. */
    ASYNC
}
