package dev.millrace.protocol.body;

import dev.millrace.protocol.route.MessageQueue;
import java.util.Set;

/** Queues that a client locks or gives up. */
public record QueueLocks(String clientId, String consumerGroup, Set<MessageQueue> mqSet, boolean onlyThisBroker) {}
