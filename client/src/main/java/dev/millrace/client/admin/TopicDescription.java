package dev.millrace.client.admin;

import java.util.List;

/** A topic as it is on each broker group that has it. */
public record TopicDescription(String name, List<OnBroker> brokers) {
    public TopicDescription {
        brokers = List.copyOf(brokers);
    }

    /**
     * The topic on one broker group.
     *
     * @param address of the master, or empty while there is none
     * @param queues offsets of the queues that hold something or can be written; empty while there is no master
     */
    public record OnBroker(
            String broker,
            String cluster,
            String address,
            int readQueueCount,
            int writeQueueCount,
            TopicSpec.Access access,
            List<QueueInfo> queues) {
        public OnBroker {
            queues = List.copyOf(queues);
        }
    }

    /**
     * One queue.
     *
     * @param firstOffset first queue offset that is stored
     * @param endOffset queue offset that the next message gets
     * @param lastStoreTimeMs ms since the epoch, or 0
     */
    public record QueueInfo(int queueId, long firstOffset, long endOffset, long lastStoreTimeMs) {}

    /** Messages that are stored in all queues. */
    public long messageCount() {
        return brokers.stream()
                .flatMap(broker -> broker.queues().stream())
                .mapToLong(queue -> queue.endOffset() - queue.firstOffset())
                .sum();
    }
}
