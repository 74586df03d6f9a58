package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.namesrv.keyvalue.KeyValues;
import dev.millrace.namesrv.settings.LiveSettings;
import dev.millrace.namesrv.settings.NamesrvConfig;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.NamesrvRequest.GetRoute;
import dev.millrace.protocol.transport.Reply;

/** Tells where a topic lives, always as standard JSON: every reader takes quoted keys. Thread-safe: immutable. */
public final class GetRouteHandler implements Handler<GetRoute> {
    private final RouteTable table;
    private final KeyValues values;
    private final LiveSettings settings;

    public GetRouteHandler(RouteTable table, KeyValues values, LiveSettings settings) {
        this.table = table;
        this.values = values;
        this.settings = settings;
    }

    @Override
    public Reply handle(GetRoute request, Caller caller) {
        NamesrvConfig config = settings.current();
        String order = config.orderTopicsInRoute()
                ? values.value(KeyValues.ORDER_TOPICS, request.topic()).orElse(null)
                : null;
        Routes.View view = new Routes.View(order, Zone.wanted(caller.fields()), config.supportActingMaster());
        return table.routes()
                .route(request.topic(), view)
                .map(Reply::json)
                .orElseGet(() -> Reply.failure(
                        ResponseCode.TOPIC_NOT_EXIST,
                        "No topic route info in name server for the topic: " + request.topic()
                                + "; create it, or check that its brokers registered here"));
    }
}
