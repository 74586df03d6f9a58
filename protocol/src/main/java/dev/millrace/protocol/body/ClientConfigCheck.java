package dev.millrace.protocol.body;

import org.jspecify.annotations.Nullable;

/** A subscription to be checked. */
public record ClientConfigCheck(
        @Nullable String clientId, String group, @Nullable String namespace, SubscriptionData subscriptionData) {}
