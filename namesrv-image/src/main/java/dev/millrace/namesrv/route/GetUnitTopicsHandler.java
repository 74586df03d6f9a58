package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.command.NamesrvRequest.GetUnitTopics;
import dev.millrace.protocol.transport.Reply;

/** Tells the unit topics. Thread-safe: immutable. */
public final class GetUnitTopicsHandler implements Handler<GetUnitTopics> {
    private final RouteTable table;

    public GetUnitTopicsHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(GetUnitTopics request, Caller caller) {
        return Reply.json(new TopicList(null, table.routes().topicsWith(UnitFlags::isUnit)));
    }
}
