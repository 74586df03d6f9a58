package dev.millrace.broker.dispatch;

import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.transport.Reply;

/** Serves one kind of request and has the answer at once. */
@FunctionalInterface
public interface SyncHandler<R extends Request> {
    Reply handle(R request, Caller caller);
}
