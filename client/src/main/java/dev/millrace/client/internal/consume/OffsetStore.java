package dev.millrace.client.internal.consume;

import dev.millrace.client.TopicQueue;
import java.util.List;
import java.util.Map;

/** Where a consumer's offsets are kept. Owner: the upkeep thread; calls wait. */
interface OffsetStore {
    /** Where to start in these queues; queues whose start can't be found out now are left out. */
    Map<TopicQueue, Long> starts(List<TopicQueue> queues);

    /** @throws dev.millrace.client.ClientException if one of them could not be stored */
    void store(Map<TopicQueue, Long> offsets);
}
