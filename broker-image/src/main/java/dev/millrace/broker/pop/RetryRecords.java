package dev.millrace.broker.pop;

import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Copies of messages: as a consumer gets them from a retry topic, and as they are stored there. Thread-safe: stateless. */
final class RetryRecords {
    /** Room for the properties that a copy gets. */
    private static final int ADDED_BYTES_MAX = 512;

    private RetryRecords() {}

    /** Where a copy goes, and what it says then. */
    record Target(String topic, int queueId, Map<String, String> properties, int timesConsumed) {}

    /** Whether a message has room for what a retried one says. */
    static boolean isRetriable(StoredMessage message) {
        return encoded(message.properties()).remaining() + ADDED_BYTES_MAX <= StoredMessageLayout.PROPERTIES_LENGTH_MAX;
    }

    private static ByteBuffer encoded(Map<String, String> properties) {
        return ByteBuffer.wrap(MessageProperties.encode(properties).getBytes(StandardCharsets.UTF_8));
    }

    /** A record of a retry topic as a consumer gets it: with the topic it is meant for, and its receipt. */
    static ByteBuffer delivered(ByteBuffer records, int at, String topic, String receipt) {
        StoredMessage message = StoredMessage.decode(records, at);
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        properties.put(PropertyNames.POP_RECEIPT, receipt);
        byte[] storeHost = OffsetMessageId.hostField(message.stored().host());
        ByteBuffer copy = encode(
                message, storeHost, new Target(topic, message.place().queueId(), properties, message.timesConsumed()));
        StoredMessageLayout.putQueueOffset(copy, 0, message.place().queueOffset());
        StoredMessageLayout.putPosition(copy, 0, message.place().position());
        StoredMessageLayout.putStoreTimeMs(copy, 0, message.stored().timeMs());
        return copy;
    }

    /** A record for the log. */
    static ByteBuffer encode(StoredMessage message, byte[] storeHost, Target target) {
        byte[] topic = target.topic.getBytes(StandardCharsets.UTF_8);
        ByteBuffer properties = encoded(target.properties);
        int hostBytes = 2 * StoredMessageLayout.HOST_IPV6_LENGTH;
        ByteBuffer record = ByteBuffer.allocate(StoredMessageLayout.recordBytes(
                        message.systemFlag(), message.body().length, topic.length, properties.remaining())
                + hostBytes);
        StoredMessageEncoder.Head head = new StoredMessageEncoder.Head(
                target.queueId,
                message.flag(),
                message.systemFlag(),
                message.born().timeMs(),
                OffsetMessageId.hostField(message.born().host()),
                storeHost,
                target.timesConsumed,
                0);
        new StoredMessageEncoder().encode(record, head, ByteBuffer.wrap(message.body()), topic, properties);
        return record.flip();
    }
}
