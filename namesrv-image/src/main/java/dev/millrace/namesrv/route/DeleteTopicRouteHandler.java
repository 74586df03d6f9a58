package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.command.NamesrvRequest.DeleteTopicRoute;
import dev.millrace.protocol.transport.Reply;

/** Takes a topic out of the routes, of one cluster or of all. Thread-safe: immutable. */
public final class DeleteTopicRouteHandler implements Handler<DeleteTopicRoute> {
    private final RouteTable table;

    public DeleteTopicRouteHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(DeleteTopicRoute request, Caller caller) {
        table.deleteTopic(request.topic(), request.clusterName());
        return Reply.success();
    }
}
