package dev.millrace.bench.load;

/**
 * What a target connects to. Thread-safe: immutable.
 *
 * @param address {@code host:port} of the NameServer, of the bootstrap broker or of the echo server
 * @param isBatching {@code false}: one message per request; {@code true}: the client's own way of batching
 */
public record TargetSettings(String address, String topic, int queueCount, boolean isBatching) {}
