package dev.millrace.protocol.body;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries of a queue. */
public record QueueEntries(
        @Nullable String filterData,
        long maxQueueIndex,
        long minQueueIndex,
        List<Entry> queueData,
        @Nullable SubscriptionData subscriptionData) {
    /** One entry of a queue; the size is in bytes. */
    public record Entry(
            long physicOffset,
            int physicSize,
            long tagsCode,
            boolean eval,
            @Nullable String bitMap,
            @Nullable String extendDataJson,
            @Nullable String msg) {}
}
