package dev.millrace.protocol.transport;

import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.HeaderFields;
import java.nio.ByteBuffer;

/** Takes the requests that peers send. */
@FunctionalInterface
public interface RequestHandler {
    /** Knows no request: answers each that it can't serve it. */
    RequestHandler NONE = (connection, fields, body) -> ReplyTo.of(connection, fields)
            .reply(Reply.failure(
                    ResponseCode.REQUEST_CODE_NOT_SUPPORTED, " request type " + fields.code() + " not supported"));

    /**
     * Called on the connection's event loop; must not block. {@code fields} and {@code body} are views that are valid
     * until it returns. Each request that is not one-way must be answered once, now or later, through a {@link ReplyTo}.
     * What it throws, before it has answered, is answered with {@link ResponseCode#SYSTEM_ERROR}.
     */
    void handle(Connection connection, HeaderFields fields, ByteBuffer body);
}
