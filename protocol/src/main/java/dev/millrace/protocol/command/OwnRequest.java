package dev.millrace.protocol.command;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Requests of this project beside those of RocketMQ. */
public sealed interface OwnRequest extends BrokerRequest {

    /** Asks a broker which of this project's own requests it knows; others answer "not supported". */
    record Negotiate() implements OwnRequest {}

    /**
     * Stores whole records of any number of queues and topics; layout in docs/protocol.md, section "Multi-queue send".
     *
     * @param body a view, valid until the handler returns
     */
    record MultiSend(@Body ByteBuffer body) implements OwnRequest {}

    /**
     * Delivers dead letters of a consumer group again, oldest first. One request looks at a bounded number of one queue;
     * ask again from where it ended.
     *
     * @param topic only messages that came from this topic, or absent for all
     * @param queueId queue of the dead-letter topic
     * @param offset first queue offset to look at, or below 0: where redelivery stands
     * @param countMax most messages to move
     */
    record Redeliver(String group, @Nullable String topic, int queueId, long offset, int countMax)
            implements OwnRequest {}
}
