package dev.millrace.protocol.transport;

/** Hears of connections; called on their event loops, must not block. */
public interface ConnectionListener {
    ConnectionListener NONE = new ConnectionListener() {};

    default void opened(Connection connection) {}

    /** This side closes the connection; {@link #closed} follows. */
    default void closing(Connection connection, CloseReason reason) {}

    /** The connection is gone; parked requests of it need no answer any more. */
    default void closed(Connection connection) {}
}
