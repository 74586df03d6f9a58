package dev.millrace.broker.transaction;

import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.store.StoreException;
import org.jspecify.annotations.Nullable;

/** The queue a half message is meant for. Thread-safe: immutable. */
record Destination(String topic, int queueId) {

    /** @throws StoreException if the half message does not say it: it was damaged or made by hand */
    static Destination of(HalfRecord half) {
        String topic = half.property(PropertyNames.REAL_TOPIC);
        int queueId = queueId(half.property(PropertyNames.REAL_QUEUE_ID));
        if (topic == null || queueId < 0) {
            throw new StoreException("the half message at position " + half.position() + " names topic " + topic
                    + " and queue " + half.property(PropertyNames.REAL_QUEUE_ID)
                    + " as its target; it can't be committed, roll it back");
        }
        return new Destination(topic, queueId);
    }

    private static int queueId(@Nullable String text) {
        try {
            return text == null ? -1 : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
