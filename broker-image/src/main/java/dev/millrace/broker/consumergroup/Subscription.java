package dev.millrace.broker.consumergroup;

import dev.millrace.broker.filter.TagFilter;
import dev.millrace.protocol.body.SubscriptionData;

/** What a consumer group wants of a topic, and the filter made of it. Thread-safe: immutable. */
public record Subscription(SubscriptionData data, TagFilter filter) {
    static Subscription of(SubscriptionData data) {
        return new Subscription(data, TagFilter.parse(data.subString()).orElse(TagFilter.ALL));
    }
}
