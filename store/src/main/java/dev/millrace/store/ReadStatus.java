package dev.millrace.store;

/** What a read found. */
public enum ReadStatus {
    FOUND,
    /** Entries were scanned and none was accepted; go on at the next offset. */
    NO_MATCH,
    /** The offset is the end of the queue. */
    NO_NEW,
    /** The offset is behind the end of the queue; the next offset is the end. */
    TOO_HIGH,
    /** The offset is before the start of the queue; the next offset is the start. */
    TOO_LOW,
    /** The queue never had an entry; the next offset is 0. */
    EMPTY_QUEUE,
    /** The scanned records left the log meanwhile; go on at the next offset. */
    REMOVED
}
