package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.command.NamesrvRequest.GetSystemTopics;
import dev.millrace.protocol.transport.Reply;

/** Tells the topics that clusters and brokers have for themselves. Thread-safe: immutable. */
public final class GetSystemTopicsHandler implements Handler<GetSystemTopics> {
    private final RouteTable table;

    public GetSystemTopicsHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(GetSystemTopics request, Caller caller) {
        Routes routes = table.routes();
        return Reply.json(new TopicList(routes.someBrokerAddress(), routes.systemTopics()));
    }
}
