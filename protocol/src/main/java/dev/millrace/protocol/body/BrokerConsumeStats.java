package dev.millrace.protocol.body;

import java.util.List;
import java.util.Map;

/** How far the consumer groups of a broker are: one map for each group. */
public record BrokerConsumeStats(
        String brokerAddr,
        List<Map<String, List<ConsumeStats>>> consumeStatsList,
        long totalDiff,
        long totalInflightDiff) {}
