package dev.millrace.namesrv.liveness;

import dev.millrace.protocol.transport.CloseCounts;
import dev.millrace.protocol.transport.CloseReason;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;

/** Takes a broker out of the routes as soon as its connection closes. Thread-safe: immutable. */
public final class ClosedConnections implements ConnectionListener {
    private final LiveBrokers brokers;
    private final Departures departures;
    private final CloseCounts counts;

    public ClosedConnections(LiveBrokers brokers, Departures departures, CloseCounts counts) {
        this.brokers = brokers;
        this.departures = departures;
        this.counts = counts;
    }

    @Override
    public void closing(Connection connection, CloseReason reason) {
        counts.add(reason);
    }

    @Override
    public void closed(Connection connection) {
        brokers.on(connection).forEach(departures::closed);
    }
}
