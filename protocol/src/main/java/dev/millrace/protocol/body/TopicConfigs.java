package dev.millrace.protocol.body;

import dev.millrace.protocol.route.TopicConfig;
import java.util.List;

/** Definitions of topics. */
public record TopicConfigs(List<TopicConfig> topicConfigList) {}
