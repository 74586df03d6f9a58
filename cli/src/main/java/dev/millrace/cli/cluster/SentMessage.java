package dev.millrace.cli.cluster;

/** Where a message was stored. Thread-safe: immutable. */
public record SentMessage(String id, String broker, int queue, long offset) {}
