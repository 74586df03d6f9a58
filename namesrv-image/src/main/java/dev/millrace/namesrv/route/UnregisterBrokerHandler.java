package dev.millrace.namesrv.route;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.namesrv.liveness.BrokerKey;
import dev.millrace.protocol.command.NamesrvRequest.UnregisterBroker;
import dev.millrace.protocol.transport.Reply;

/** Takes a broker out of the routes that says goodbye. Thread-safe: immutable. */
public final class UnregisterBrokerHandler implements Handler<UnregisterBroker> {
    private final RouteTable table;

    public UnregisterBrokerHandler(RouteTable table) {
        this.table = table;
    }

    @Override
    public Reply handle(UnregisterBroker request, Caller caller) {
        table.unregister(new BrokerKey(request.clusterName(), request.brokerAddr()), request.brokerName());
        return Reply.success();
    }
}
