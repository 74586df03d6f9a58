package dev.millrace.protocol.body;

import dev.millrace.protocol.route.MessageQueue;
import java.util.Map;

/** Offsets by queue. */
public record QueueOffsets(Map<MessageQueue, Long> offsetTable) {}
