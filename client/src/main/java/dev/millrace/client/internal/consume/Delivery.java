package dev.millrace.client.internal.consume;

import dev.millrace.client.TopicQueue;
import java.util.Collection;
import java.util.List;

/** How a consumer's arrivals reach its listener. Thread-safe. */
interface Delivery {
    /** Messages came; on an event loop. */
    void arrived(Arrival arrival);

    /** Those of these queues that may be read now. May wait. */
    default List<TopicQueue> usable(List<TopicQueue> queues) {
        return queues;
    }

    /** Keeps what makes queues usable. May wait. */
    default void renewLocks(Collection<QueueWork> works) {}

    /** Waits until no listener works on this dropped queue, if its order matters. */
    default void awaitEnd(QueueWork work) {}

    /** The queue is not ours any more. */
    default void givenUp(QueueWork work) {}

    /** Waits for listeners that run; calls none afterwards. */
    void close();
}
