package dev.millrace.client.admin;

import dev.millrace.client.TopicQueue;
import java.util.List;

/** How far a consumer group is. */
public record GroupProgress(String group, List<OfQueue> queues) {
    public GroupProgress {
        queues = List.copyOf(queues);
    }

    /**
     * How far it is in one queue.
     *
     * @param committedOffset stored for the group
     * @param endOffset queue offset that the next message gets
     * @param lastTimeMs store time of the last message done, ms since the epoch, or 0
     */
    public record OfQueue(TopicQueue queue, long committedOffset, long endOffset, long lastTimeMs) {
        /** Messages that are not done. */
        public long lag() {
            return Math.max(0, endOffset - committedOffset);
        }
    }

    /** Messages that are not done, in all queues. */
    public long lag() {
        return queues.stream().mapToLong(OfQueue::lag).sum();
    }
}
