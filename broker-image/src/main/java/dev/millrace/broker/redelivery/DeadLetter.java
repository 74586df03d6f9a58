package dev.millrace.broker.redelivery;

import dev.millrace.broker.send.InternalSends;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.route.TopicConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A message that a consumer group gave up. Thread-safe: immutable. */
record DeadLetter(StoredMessage message) {
    /** Names this dead letter for ever: where it is in the log. */
    String name() {
        return Long.toString(message.place().position());
    }

    @Nullable
    String uniqueId() {
        return message.properties().get(PropertyNames.UNIQUE_KEY);
    }

    /** The topic that the group had it from, or null if it does not say. */
    @Nullable
    String originTopic() {
        String topic = message.properties().get(PropertyNames.RETRY_TOPIC);
        return topic == null ? message.properties().get(PropertyNames.DEAD_LETTER_ORIGIN_TOPIC) : topic;
    }

    /** The message as it goes to the retry topic: as if it had never been tried. */
    InternalSends.Target again(TopicConfig retries) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        properties.remove(PropertyNames.DELAY);
        properties.remove(PropertyNames.TIMES_CONSUMED);
        properties.remove(PropertyNames.TIMES_CONSUMED_MAX);
        properties.remove(PropertyNames.DEAD_LETTER_ORIGIN_TOPIC);
        properties.remove(PropertyNames.DEAD_LETTER_ORIGIN_MESSAGE_ID);
        String origin = originTopic();
        if (origin != null) {
            properties.put(PropertyNames.RETRY_TOPIC, origin);
        }
        properties.put(PropertyNames.REDELIVERED_FROM, name());
        int queueId = ThreadLocalRandom.current().nextInt(Math.max(1, retries.readQueueNums()));
        return new InternalSends.Target(retries.topicName(), queueId, properties, 0);
    }
}
