package dev.millrace.broker.delay;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.RecallHandle;
import dev.millrace.protocol.message.StoredMessage;
import java.util.LinkedHashMap;
import java.util.Map;

/** The records by which messages are held back, as RocketMQ writes them. Thread-safe: stateless. */
final class TimerRecords {
    private static final String RECALL_TAG = "_RECALL_TAG_";

    private TimerRecords() {}

    /** Whether this is a message that is held back until then. */
    static boolean isDueAt(StoredMessage message, long dueMs) {
        return message.place().topic().equals(TopicNames.TIMER)
                && Long.toString(dueMs).equals(message.properties().get(PropertyNames.TIMER_DUE_MS));
    }

    /** Whether this is the message that a handle recalls. */
    static boolean isRecalledBy(StoredMessage message, RecallHandle handle) {
        return isDueAt(message, handle.dueMs())
                && handle.uniqueId().equals(message.properties().get(PropertyNames.UNIQUE_KEY))
                && handle.topic().equals(message.properties().get(PropertyNames.REAL_TOPIC));
    }

    /** Properties of the record that takes the place of an older one. */
    static Map<String, String> rolled(StoredMessage message) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        properties.merge(PropertyNames.TIMER_ROLL_TIMES, "1", (times, one) -> increment(times));
        return properties;
    }

    private static String increment(String times) {
        try {
            return Integer.toString(Integer.parseInt(times) + 1);
        } catch (NumberFormatException e) {
            return "1";
        }
    }

    /** Properties of the record that recalls a message. */
    static Map<String, String> recall(RecallHandle handle) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(PropertyNames.TAGS, RECALL_TAG);
        properties.put(PropertyNames.TIMER_RECALLED_KEY, handle.uniqueId());
        properties.put(PropertyNames.TIMER_DELIVER_MS, Long.toString(handle.dueMs() + 1));
        properties.put(PropertyNames.TIMER_DUE_MS, Long.toString(handle.dueMs()));
        properties.put(PropertyNames.REAL_TOPIC, handle.topic());
        properties.put(PropertyNames.REAL_QUEUE_ID, "0");
        properties.put(PropertyNames.UNIQUE_KEY, handle.uniqueId());
        return properties;
    }
}
