package dev.millrace.namesrv.liveness;

import dev.millrace.protocol.transport.Connection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** All live brokers. Thread-safe: a concurrent map of immutable entries. */
public final class LiveBrokers {
    private final Map<BrokerKey, LiveBroker> brokers = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    public LiveBrokers(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    public long nowNanos() {
        return nanoTime.getAsLong();
    }

    public Optional<LiveBroker> find(BrokerKey key) {
        return Optional.ofNullable(brokers.get(key));
    }

    public int count() {
        return brokers.size();
    }

    public void put(LiveBroker broker) {
        brokers.put(broker.key(), broker);
    }

    public void remove(BrokerKey key) {
        brokers.remove(key);
    }

    /** Notes a sign of life; without effect for a broker that is not registered. */
    void seen(BrokerKey key) {
        long now = nowNanos();
        brokers.computeIfPresent(key, (same, broker) -> broker.seenAt(now));
    }

    List<LiveBroker> silent() {
        long now = nowNanos();
        return brokers.values().stream()
                .filter(broker -> broker.isSilentAt(now))
                .toList();
    }

    List<LiveBroker> on(Connection connection) {
        return brokers.values().stream()
                .filter(broker -> broker.connection() == connection)
                .toList();
    }
}
