package dev.millrace.protocol.body;

/** A producer in a heartbeat. */
public record ProducerData(String groupName) {}
