package dev.millrace.broker.dispatch;

import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyTo;

/**
 * Who asks, and where the answer goes.
 *
 * @param version the caller's protocol version
 * @param language the caller's language number
 */
public record Caller(ReplyTo to, int version, int language) {
    public Connection connection() {
        return to.connection();
    }

    /** Answers; any thread, once. */
    public void reply(Reply reply) {
        to.reply(reply);
    }
}
