package dev.millrace.broker.dispatch;

import dev.millrace.protocol.command.Request;

/** Serves one kind of request; replies through the caller, now or later, once. */
@FunctionalInterface
public interface Handler<R extends Request> {
    void handle(R request, Caller caller);
}
