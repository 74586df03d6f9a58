package dev.millrace.namesrv.liveness;

import dev.millrace.namesrv.dispatch.Caller;
import dev.millrace.namesrv.dispatch.Handler;
import dev.millrace.protocol.command.NamesrvRequest.BrokerHeartbeat;
import dev.millrace.protocol.transport.Reply;

/** Notes a broker's sign of life. Thread-safe: immutable. */
public final class BrokerHeartbeatHandler implements Handler<BrokerHeartbeat> {
    private final LiveBrokers brokers;

    public BrokerHeartbeatHandler(LiveBrokers brokers) {
        this.brokers = brokers;
    }

    @Override
    public Reply handle(BrokerHeartbeat request, Caller caller) {
        brokers.seen(new BrokerKey(request.clusterName(), request.brokerAddr()));
        return Reply.success();
    }
}
