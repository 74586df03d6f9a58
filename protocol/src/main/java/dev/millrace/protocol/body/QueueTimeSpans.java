package dev.millrace.protocol.body;

import dev.millrace.protocol.route.MessageQueue;
import java.util.Set;

/** Store times of all queues of a topic. */
public record QueueTimeSpans(Set<Span> consumeTimeSpanSet) {
    /** Store times of a queue, ms since the epoch, and how long its next message has waited for a consumer group. */
    public record Span(
            long consumeTimeStamp, long delayTime, long maxTimeStamp, MessageQueue messageQueue, long minTimeStamp) {}
}
