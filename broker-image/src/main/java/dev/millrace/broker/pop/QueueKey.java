package dev.millrace.broker.pop;

/** A queue as a consumer group sees it. Thread-safe: immutable. */
record QueueKey(String consumerGroup, String topic, int queueId) {}
