package dev.millrace.protocol.transport;

import dev.millrace.protocol.codec.HeaderFields;
import java.nio.ByteBuffer;

/** Takes the requests that peers send. */
@FunctionalInterface
public interface RequestHandler {
    /**
     * Called on the connection's event loop; must not block. {@code fields} and {@code body} are views that are valid
     * until it returns. Each request that is not one-way must be answered once, now or later, through a {@link ReplyTo}.
     */
    void handle(Connection connection, HeaderFields fields, ByteBuffer body);
}
