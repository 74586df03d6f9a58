package dev.millrace.client.internal.group;

import dev.millrace.protocol.route.MessageQueue;
import java.util.Map;

/** Offsets of queues as JSON: in an administrator's reset, and in the file of a broadcasting member. */
public record OffsetTable(Map<MessageQueue, Long> offsetTable) {}
