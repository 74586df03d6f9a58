package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.command.NamesrvRequest.GetTopicsByCluster;
import dev.millrace.protocol.transport.Reply;

/** Tells the topics of one cluster. Thread-safe: immutable. */
public final class GetTopicsByClusterHandler implements Handler<GetTopicsByCluster> {
    private final RouteTable table;

    public GetTopicsByClusterHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(GetTopicsByCluster request, Caller caller) {
        return Reply.json(new TopicList(null, table.routes().topicsOfCluster(request.cluster())));
    }
}
