package dev.millrace.protocol.body;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Clients and subscriptions of a consumer group. */
public record ConsumerConnections(
        Set<ConnectionInfo> connectionSet,
        @Nullable String consumeFromWhere,
        @Nullable String consumeType,
        @Nullable String messageModel,
        Map<String, SubscriptionData> subscriptionTable) {}
