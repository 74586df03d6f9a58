package dev.millrace.protocol.command;

/** Brings the answer to a request to the producer that waits for it. Travels like a send, under a code of its own. */
public record ReplyMessage(SendMessage send) implements BrokerRequest {}
