package dev.millrace.protocol.body;

import org.jspecify.annotations.Nullable;

/**
 * Which queues of a topic a client is to consume.
 *
 * @param messageModel {@code CLUSTERING} or {@code BROADCASTING}
 * @param strategyName how queues are shared: {@code AVG} or {@code AVG_BY_CIRCLE}
 */
public record AssignmentQuery(
        String clientId,
        String consumerGroup,
        @Nullable String messageModel,
        @Nullable String strategyName,
        String topic) {}
