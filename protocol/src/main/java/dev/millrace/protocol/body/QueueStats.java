package dev.millrace.protocol.body;

/** Offsets of one queue. */
public record QueueStats(long lastUpdateTimestamp, long maxOffset, long minOffset) {}
