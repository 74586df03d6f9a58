package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.command.NamesrvRequest.GetUnitSubscriptionNonUnitTopics;
import dev.millrace.protocol.transport.Reply;

/** Tells the topics with unit subscriptions that are no unit topics. Thread-safe: immutable. */
public final class GetUnitSubscriptionNonUnitTopicsHandler implements Handler<GetUnitSubscriptionNonUnitTopics> {
    private final RouteTable table;

    public GetUnitSubscriptionNonUnitTopicsHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(GetUnitSubscriptionNonUnitTopics request, Caller caller) {
        return Reply.json(new TopicList(
                null,
                table.routes()
                        .topicsWith(queues -> UnitFlags.hasUnitSubscription(queues) && !UnitFlags.isUnit(queues))));
    }
}
