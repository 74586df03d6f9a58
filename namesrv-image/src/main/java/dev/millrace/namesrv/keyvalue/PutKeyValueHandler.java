package dev.millrace.namesrv.keyvalue;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.NamesrvRequest.PutKeyValue;
import dev.millrace.protocol.transport.Reply;

/** Stores a value. Thread-safe: immutable. */
public final class PutKeyValueHandler implements Handler<PutKeyValue> {
    private final KeyValues values;

    public PutKeyValueHandler(KeyValues values) {
        this.values = values;
    }

    @Override
    public Reply handle(PutKeyValue request, Caller caller) {
        if (request.namespace().isEmpty() || request.key().isEmpty()) {
            return Reply.failure(ResponseCode.SYSTEM_ERROR, "namespace or key is empty; send both");
        }
        if (!values.put(request.namespace(), request.key(), request.value())) {
            return Reply.failure(
                    ResponseCode.SYSTEM_ERROR,
                    "namespace " + request.namespace() + " holds " + KeyValues.VALUES_MAX
                            + " values; delete some first");
        }
        return Reply.success();
    }
}
