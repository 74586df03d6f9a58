package dev.millrace.protocol.body;

import org.jspecify.annotations.Nullable;

/** What a consumer group wants of a topic. */
public record GroupSubscription(
        String group,
        @Nullable SubscriptionData subscriptionData,
        @Nullable String topic) {}
