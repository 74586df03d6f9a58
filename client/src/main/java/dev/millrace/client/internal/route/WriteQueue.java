package dev.millrace.client.internal.route;

import dev.millrace.client.TopicQueue;

/** A queue that can be written, and the master that takes it. Immutable apart from the broker's health. */
public record WriteQueue(TopicQueue queue, String address, BrokerHealth health) {}
