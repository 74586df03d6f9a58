package dev.millrace.protocol.command;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a tool asks of a consumer through its broker, which passes the question on and the answer back. */
public sealed interface RelayedRequest extends BrokerRequest {
    String consumerGroup();

    @Nullable
    String clientId();

    /** Asks a consumer what it does now. */
    record GetRunningInfo(
            String consumerGroup,
            @Nullable String clientId,
            @Nullable Boolean jstackEnable) implements RelayedRequest {}

    /**
     * Has a consumer handle one message now, whatever became of it.
     *
     * @param msgId offset id of the message
     * @param record the message in record layout; empty on the way to the broker
     */
    record ConsumeDirectly(
            String consumerGroup,
            @Nullable String clientId,
            @Nullable String msgId,
            @Nullable String brokerName,
            @Nullable String topic,
            @Nullable Integer topicSysFlag,
            @Nullable Integer groupSysFlag,
            @Body ByteBuffer record)
            implements RelayedRequest {}
}
