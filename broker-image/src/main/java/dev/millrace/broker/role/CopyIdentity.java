package dev.millrace.broker.role;

/**
 * Which copy this process is. Thread-safe: immutable.
 *
 * @param replica number of the copy, 0 or more
 * @param incarnation differs for each process, also of the same copy
 * @param address {@code host:port} for clients
 * @param isForceAwaited whether what is acknowledged must be on disk (flush {@code Sync})
 */
public record CopyIdentity(int replica, String incarnation, String address, boolean isForceAwaited) {}
