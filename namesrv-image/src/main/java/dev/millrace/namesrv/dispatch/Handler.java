package dev.millrace.namesrv.dispatch;

import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.transport.Reply;

/** Answers one kind of request. Called on the caller's event loop; works in memory only and never blocks. */
@FunctionalInterface
public interface Handler<R extends NamesrvRequest> {
    Reply handle(R request, Caller caller);
}
