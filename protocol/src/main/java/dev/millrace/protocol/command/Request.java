package dev.millrace.protocol.command;

/** What one peer asks of another. */
public sealed interface Request permits BrokerRequest, NamesrvRequest, ClientRequest {}
