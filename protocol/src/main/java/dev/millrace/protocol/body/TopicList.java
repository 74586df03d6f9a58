package dev.millrace.protocol.body;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names of topics. */
public record TopicList(@Nullable String brokerAddr, Set<String> topicList) {}
