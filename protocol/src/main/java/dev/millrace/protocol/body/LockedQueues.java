package dev.millrace.protocol.body;

import dev.millrace.protocol.route.MessageQueue;
import java.util.Set;

/** Queues that a client holds now. */
public record LockedQueues(Set<MessageQueue> lockOKMQSet) {}
