package dev.millrace.protocol.command;

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
}
