package dev.millrace.protocol.command;

/** What a broker asks of a client. */
public sealed interface ClientRequest extends Request {

    /** Tells a consumer that the members of its group changed. */
    record ConsumersChanged(String consumerGroup) implements ClientRequest {}
}
