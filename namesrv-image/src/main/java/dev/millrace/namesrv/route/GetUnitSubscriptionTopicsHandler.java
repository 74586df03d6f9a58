package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.command.NamesrvRequest.GetUnitSubscriptionTopics;
import dev.millrace.protocol.transport.Reply;

/** Tells the topics with unit subscriptions. Thread-safe: immutable. */
public final class GetUnitSubscriptionTopicsHandler implements Handler<GetUnitSubscriptionTopics> {
    private final RouteTable table;

    public GetUnitSubscriptionTopicsHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(GetUnitSubscriptionTopics request, Caller caller) {
        return Reply.json(new TopicList(null, table.routes().topicsWith(UnitFlags::hasUnitSubscription)));
    }
}
