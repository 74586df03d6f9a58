package dev.millrace.protocol.transport;

import dev.millrace.protocol.Serialization;
import dev.millrace.protocol.codec.HeaderFields;

/** Where the answer to one request goes. Thread-safe: immutable. */
public record ReplyTo(Connection connection, int opaque, Serialization serialization, boolean isOneWay) {
    public static ReplyTo of(Connection connection, HeaderFields fields) {
        return new ReplyTo(connection, fields.opaque(), fields.serialization(), fields.isOneWay());
    }

    /** Answers; dropped for a one-way request. Any thread. */
    public void reply(Reply reply) {
        connection.send(new ReplyFrame(this, reply));
    }
}
