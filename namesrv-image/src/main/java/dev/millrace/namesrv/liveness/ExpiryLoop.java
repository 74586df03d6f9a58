package dev.millrace.namesrv.liveness;

import java.util.List;

/**
 * Looks for brokers that are silent for too long, takes them out of the routes and closes their connections.
 *
 * <p>Owner: {@code expiry} thread.
 */
public final class ExpiryLoop {
    private final LiveBrokers brokers;
    private final Departures departures;

    public ExpiryLoop(LiveBrokers brokers, Departures departures) {
        this.brokers = brokers;
        this.departures = departures;
    }

    /** One look; returns how many brokers it found. */
    public int doWork() {
        List<LiveBroker> silent = brokers.silent();
        for (LiveBroker broker : silent) {
            departures.expired(broker);
            broker.connection().close();
        }
        return silent.size();
    }

    public String roleName() {
        return "expiry";
    }
}
