package dev.millrace.namesrv.keyvalue;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.NamesrvRequest.GetKeyValue;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.transport.Reply;

/** Answers with one value. Thread-safe: immutable. */
public final class GetKeyValueHandler implements Handler<GetKeyValue> {
    private final KeyValues values;

    public GetKeyValueHandler(KeyValues values) {
        this.values = values;
    }

    @Override
    public Reply handle(GetKeyValue request, Caller caller) {
        return values.value(request.namespace(), request.key())
                .map(value -> Reply.success(new ReplyHeader.ValueReply(value)))
                .orElseGet(() -> Reply.failure(
                        ResponseCode.QUERY_NOT_FOUND,
                        "No config item, Namespace: " + request.namespace() + " Key: " + request.key()));
    }
}
