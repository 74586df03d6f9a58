package dev.millrace.broker.role;

/**
 * A copy on one disk. Thread-safe: immutable.
 *
 * @param replica number of the copy, 0 or more
 * @param storageId random id made with the empty store: the same number with a new disk is another member
 */
public record Member(int replica, String storageId) {}
