package dev.millrace.namesrv.liveness;

import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;

/** Takes a broker out of the routes as soon as its connection closes. Thread-safe: immutable. */
public final class ClosedConnections implements ConnectionListener {
    private final LiveBrokers brokers;
    private final Departures departures;

    public ClosedConnections(LiveBrokers brokers, Departures departures) {
        this.brokers = brokers;
        this.departures = departures;
    }

    @Override
    public void closed(Connection connection) {
        brokers.on(connection).forEach(departures::closed);
    }
}
