package dev.millrace.protocol.body;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A consumer in a heartbeat. */
public record ConsumerData(
        @Nullable String consumeFromWhere,
        @Nullable String consumeType,
        String groupName,
        @Nullable String messageModel,
        Set<SubscriptionData> subscriptionDataSet,
        boolean unitMode) {}
