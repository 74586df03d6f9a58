package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.command.NamesrvRequest.GetAllTopics;
import dev.millrace.protocol.transport.Reply;

/** Tells the names of all topics. Thread-safe: immutable. */
public final class GetAllTopicsHandler implements Handler<GetAllTopics> {
    private final RouteTable table;

    public GetAllTopicsHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(GetAllTopics request, Caller caller) {
        return Reply.json(new TopicList(null, table.routes().topicNames()));
    }
}
