package dev.millrace.namesrv.liveness;

/** Hears which brokers are gone. Implementations are thread-safe. */
public interface Departures {
    /** The broker's connection closed. Without effect if it registered over another one since. */
    void closed(LiveBroker broker);

    /** The broker was silent for too long. Without effect if it gave a sign of life since. */
    void expired(LiveBroker broker);
}
