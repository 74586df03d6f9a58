package dev.millrace.broker.deduplication;

/**
 * Where a message was stored: what its sender was told. Thread-safe: immutable.
 *
 * @param queueId of the topic that it was sent to
 * @param queueOffset in the queue in which its record stands; for a message that is held back or a half, not that of its
 *     topic
 * @param position of the record in the log
 * @param dueMs when it is due, ms since the epoch; 0 if it asked for no delivery time
 */
public record Receipt(int queueId, long queueOffset, long position, long dueMs) {}
