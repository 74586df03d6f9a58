package dev.millrace.protocol.transport;

/** Hears of connections; called on their event loops, must not block. */
public interface ConnectionListener {
    ConnectionListener NONE = new ConnectionListener() {};

    default void opened(Connection connection) {}

    /** The connection is gone; parked requests of it need no answer any more. */
    default void closed(Connection connection) {}
}
