package dev.millrace.broker.copy;

/**
 * Who a copy is for others. Thread-safe: immutable.
 *
 * @param clientAddress {@code host:port} where clients reach it
 */
public record CopyNames(String cluster, String group, String clientAddress) {}
