package dev.millrace.protocol.body;

import dev.millrace.protocol.route.TopicConfigTable;
import java.util.List;

/** What a broker tells a NameServer. */
public record RegisterBrokerBody(List<String> filterServerList, TopicConfigTable topicConfigSerializeWrapper) {}
