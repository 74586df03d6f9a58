package dev.millrace.broker.consumergroup;

import dev.millrace.protocol.transport.Connection;

/** One client of a producer or consumer group. Thread-safe: immutable. */
public record Member(Connection connection, String clientId, int language, int version, long lastSeenNanos) {}
