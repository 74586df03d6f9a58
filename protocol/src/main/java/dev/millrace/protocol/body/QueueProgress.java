package dev.millrace.protocol.body;

/** How far a consumer group is in a queue. */
public record QueueProgress(long brokerOffset, long consumerOffset, long lastTimestamp, long pullOffset) {}
