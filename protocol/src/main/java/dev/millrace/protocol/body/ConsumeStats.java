package dev.millrace.protocol.body;

import dev.millrace.protocol.route.MessageQueue;
import java.util.Map;

/** How far a consumer group is. */
public record ConsumeStats(double consumeTps, Map<MessageQueue, QueueProgress> offsetTable) {}
