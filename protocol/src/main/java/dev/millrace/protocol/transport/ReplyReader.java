package dev.millrace.protocol.transport;

import dev.millrace.protocol.codec.HeaderFields;
import java.nio.ByteBuffer;

/**
 * Turns an answer into a value, on the connection's event loop; what it throws fails the call. {@code fields.code()} is
 * the response code. Both arguments are views that are valid until it returns.
 */
@FunctionalInterface
public interface ReplyReader<T> {
    T read(HeaderFields fields, ByteBuffer body);
}
