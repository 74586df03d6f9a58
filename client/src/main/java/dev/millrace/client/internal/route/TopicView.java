package dev.millrace.client.internal.route;

import dev.millrace.client.TopicQueue;
import dev.millrace.protocol.route.TopicRoute;
import java.util.List;

/**
 * One topic's route and what follows from it. Immutable.
 *
 * @param isTemplate the topic does not exist yet; its first message may create it
 */
public record TopicView(TopicRoute route, WriteRoute writable, List<TopicQueue> readable, boolean isTemplate) {}
