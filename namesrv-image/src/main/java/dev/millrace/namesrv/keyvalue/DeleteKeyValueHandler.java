package dev.millrace.namesrv.keyvalue;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.command.NamesrvRequest.DeleteKeyValue;
import dev.millrace.protocol.transport.Reply;

/** Deletes a value; succeeds too if there is none. Thread-safe: immutable. */
public final class DeleteKeyValueHandler implements Handler<DeleteKeyValue> {
    private final KeyValues values;

    public DeleteKeyValueHandler(KeyValues values) {
        this.values = values;
    }

    @Override
    public Reply handle(DeleteKeyValue request, Caller caller) {
        values.delete(request.namespace(), request.key());
        return Reply.success();
    }
}
