package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.command.NamesrvRequest.GetClusterInfo;
import dev.millrace.protocol.transport.Reply;

/** Tells all clusters, broker groups and addresses. Thread-safe: immutable. */
public final class GetClusterInfoHandler implements Handler<GetClusterInfo> {
    private final RouteTable table;

    public GetClusterInfoHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(GetClusterInfo request, Caller caller) {
        return Reply.json(table.routes().clusterInfo());
    }
}
