package dev.millrace.namesrv.liveness;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.NamesrvRequest.QueryDataVersion;
import dev.millrace.protocol.command.ReplyHeader.QueryDataVersionReply;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import java.util.Optional;

/** Tells a broker whether its topics changed since it registered; if not, that is a sign of life. Thread-safe: immutable. */
public final class QueryDataVersionHandler implements Handler<QueryDataVersion> {
    private final LiveBrokers brokers;

    public QueryDataVersionHandler(LiveBrokers brokers) {
        this.brokers = brokers;
    }

    @Override
    public Reply handle(QueryDataVersion request, Caller caller) {
        BrokerKey key = new BrokerKey(request.clusterName(), request.brokerAddr());
        DataVersion asked = BodyJson.read(DataVersion.class, request.dataVersion());
        Optional<DataVersion> known = brokers.find(key).map(LiveBroker::version);
        boolean changed = known.isEmpty() || !known.get().equals(asked);
        if (!changed) {
            brokers.seen(key);
        }
        Reply reply = Reply.success(new QueryDataVersionReply(changed));
        return known.map(version -> reply.withBody(ReplyBody.json(version))).orElse(reply);
    }
}
