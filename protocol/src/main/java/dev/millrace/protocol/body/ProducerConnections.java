package dev.millrace.protocol.body;

import java.util.Set;

/** Clients of a producer group. */
public record ProducerConnections(Set<ConnectionInfo> connectionSet) {}
