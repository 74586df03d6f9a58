package dev.millrace.client.internal.message;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Cuts the body of an answer into messages: one copy of the whole, views into it for the rest. Stateless. */
public final class Records {
    private static final byte[] TAGS = "TAGS".getBytes(StandardCharsets.UTF_8);

    private Records() {}

    /**
     * The records of a pull's answer.
     *
     * @param body copied
     * @param tags the tags that are wanted, or null for all; brokers filter by hash only
     */
    public static List<ReceivedMessage> decode(
            ByteBuffer body, TopicQueue queue, @Nullable String topic, @Nullable Set<String> tags) {
        ByteBuffer records =
                ByteBuffer.allocate(body.remaining()).put(body.duplicate()).flip();
        List<ReceivedMessage> messages = new ArrayList<>(Math.max(4, records.remaining() / 256));
        int at = 0;
        while (at < records.limit()) {
            String fault = StoredMessageLayout.structuralFault(records, at, records.limit() - at);
            if (fault != null) {
                throw new ClientException(
                        ErrorCode.SERVER_ERROR,
                        "an answer for " + queue + " holds no record at byte " + at + ": " + fault);
            }
            if (tags == null || isWanted(records, at, tags)) {
                messages.add(new RecordView(records, at, queue, topic));
            }
            at += StoredMessageLayout.totalSize(records, at);
        }
        return messages;
    }

    /** The records of a query's answer, which name their own queues. */
    public static List<ReceivedMessage> decode(ByteBuffer body, String brokerName) {
        ByteBuffer records =
                ByteBuffer.allocate(body.remaining()).put(body.duplicate()).flip();
        List<ReceivedMessage> messages = new ArrayList<>();
        int at = 0;
        while (at < records.limit()) {
            String fault = StoredMessageLayout.structuralFault(records, at, records.limit() - at);
            if (fault != null) {
                throw new ClientException(
                        ErrorCode.SERVER_ERROR, brokerName + " sent no record at byte " + at + ": " + fault);
            }
            byte[] topic = new byte[StoredMessageLayout.topicLength(records, at)];
            records.get(StoredMessageLayout.topicStart(records, at), topic);
            TopicQueue queue = new TopicQueue(
                    new String(topic, StandardCharsets.UTF_8), brokerName, StoredMessageLayout.queueId(records, at));
            messages.add(new RecordView(records, at, queue, null));
            at += StoredMessageLayout.totalSize(records, at);
        }
        return messages;
    }

    /** The answer to a request, as a broker brings it: the parts of a record in header fields. */
    public static ReceivedMessage pushed(String broker, HeaderFields fields, ByteBuffer body) {
        String topic = fields.requiredName("topic");
        byte[] topicBytes = topic.getBytes(StandardCharsets.UTF_8);
        ByteBuffer properties = fields.bytes("properties");
        ByteBuffer record = ByteBuffer.allocate(
                StoredMessageLayout.recordBytes(0, body.remaining(), topicBytes.length, properties.remaining()));
        byte[] noHost = new byte[StoredMessageLayout.HOST_IPV4_LENGTH];
        int queueId = fields.intOr("queueId", 0);
        new StoredMessageEncoder()
                .encode(
                        record,
                        new StoredMessageEncoder.Head(
                                queueId,
                                fields.intOr("flag", 0),
                                fields.intOr("sysFlag", 0),
                                fields.longOr("bornTimestamp", 0),
                                noHost,
                                noHost,
                                fields.intOr("reconsumeTimes", 0),
                                0),
                        body,
                        topicBytes,
                        properties);
        return new RecordView(record.flip(), 0, new TopicQueue(topic, broker, queueId), topic);
    }

    private static boolean isWanted(ByteBuffer records, int at, Set<String> tags) {
        String tag = MessageProperties.value(
                records,
                StoredMessageLayout.propertiesStart(records, at),
                StoredMessageLayout.propertiesLength(records, at),
                TAGS);
        return tag != null && tags.contains(tag);
    }
}
