package dev.millrace.protocol.command;

import dev.millrace.protocol.body.QueueOffsets;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a broker asks of a client. */
public sealed interface ClientRequest extends Request {

    /** Tells a consumer that the members of its group changed. */
    record ConsumersChanged(String consumerGroup) implements ClientRequest {}

    /**
     * Asks a producer how a transaction ended; it answers with {@link TransactionRequest.EndTransaction}.
     *
     * @param tranStateTableOffset queue offset of the half message
     * @param commitLogOffset position of the half message
     * @param msgId unique id of the message
     * @param record the message in record layout, with the topic and queue it is meant for
     */
    record CheckTransaction(
            long tranStateTableOffset,
            long commitLogOffset,
            @Nullable String msgId,
            @Nullable String transactionId,
            String offsetMsgId,
            String topic,
            String bname,
            @Body ByteBuffer record)
            implements ClientRequest {}

    /**
     * Brings a producer the answer to its request.
     *
     * @param properties the block of {@link dev.millrace.protocol.message.MessageProperties}
     * @param bornHost address of who answers, as {@code address:port}
     * @param storeTimestamp ms since the epoch
     */
    record PushReply(
            String producerGroup,
            String topic,
            String defaultTopic,
            int defaultTopicQueueNums,
            int queueId,
            int sysFlag,
            long bornTimestamp,
            int flag,
            @Nullable String properties,
            @Nullable Integer reconsumeTimes,
            @Nullable Boolean unitMode,
            String bornHost,
            String storeHost,
            long storeTimestamp,
            @Body ByteBuffer body)
            implements ClientRequest {}

    /** Moves a consumer that keeps its offsets itself: it drops what it holds and goes on at the new offsets. */
    record ResetOffsets(
            String topic,
            String group,
            long timestamp,
            boolean isForce,
            @Body QueueOffsets offsets) implements ClientRequest {}

    /** Asks a consumer where it stands in the queues of a topic. */
    record GetStatus(String topic, String group) implements ClientRequest {}
}
