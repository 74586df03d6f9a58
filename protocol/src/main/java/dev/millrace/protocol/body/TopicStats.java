package dev.millrace.protocol.body;

import dev.millrace.protocol.route.MessageQueue;
import java.util.Map;

/** Offsets of all queues of a topic. */
public record TopicStats(Map<MessageQueue, QueueStats> offsetTable, double topicPutTps) {
    /** Offsets of one queue. */
    public record QueueStats(long lastUpdateTimestamp, long maxOffset, long minOffset) {}
}
