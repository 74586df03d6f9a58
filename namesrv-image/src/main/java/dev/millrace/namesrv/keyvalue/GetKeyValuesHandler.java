package dev.millrace.namesrv.keyvalue;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.KeyValueTable;
import dev.millrace.protocol.command.NamesrvRequest.GetKeyValues;
import dev.millrace.protocol.transport.Reply;
import java.util.Map;

/** Answers with all values of a namespace. Thread-safe: immutable. */
public final class GetKeyValuesHandler implements Handler<GetKeyValues> {
    private final KeyValues values;

    public GetKeyValuesHandler(KeyValues values) {
        this.values = values;
    }

    @Override
    public Reply handle(GetKeyValues request, Caller caller) {
        Map<String, String> table = values.values(request.namespace());
        return table.isEmpty()
                ? Reply.failure(ResponseCode.QUERY_NOT_FOUND, "No config item, Namespace: " + request.namespace())
                : Reply.json(new KeyValueTable(table));
    }
}
