package dev.millrace.protocol.command;

import java.nio.ByteBuffer;

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
}
