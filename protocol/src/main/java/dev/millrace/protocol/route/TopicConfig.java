package dev.millrace.protocol.route;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Definition of a topic on one broker group.
 *
 * @param attributes keys such as {@code message.type}, without a sign
 * @param topicFilterType {@code SINGLE_TAG}; null counts as that
 */
public record TopicConfig(
        Map<String, String> attributes,
        boolean order,
        int perm,
        int readQueueNums,
        @Nullable String topicFilterType,
        String topicName,
        int topicSysFlag,
        int writeQueueNums) {
    public TopicConfig {
        attributes = Map.copyOf(attributes);
        topicFilterType = topicFilterType == null ? "SINGLE_TAG" : topicFilterType;
    }

    public static TopicConfig of(String topicName, int queueCount, int perm) {
        return new TopicConfig(Map.of(), false, perm, queueCount, "SINGLE_TAG", topicName, 0, queueCount);
    }

    /** Queue ids are below this. */
    public int queueCount() {
        return Math.max(readQueueNums, writeQueueNums);
    }
}
