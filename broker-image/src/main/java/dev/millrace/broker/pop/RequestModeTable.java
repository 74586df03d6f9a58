package dev.millrace.broker.pop;

import dev.millrace.broker.files.StateTable;
import dev.millrace.protocol.body.RequestMode;
import dev.millrace.protocol.body.RequestModes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How consumer groups consume topics, as administrators said. A change is kept, in {@code messageRequestMode.json} or in
 * the log, before it is visible. Bounded by the topics and consumer groups that exist.
 *
 * <p>Thread-safe: changes take a lock and write the table, so they belong on no event loop.
 */
final class RequestModeTable {
    private final StateTable<RequestModes> table;
    private final ReentrantLock lock = new ReentrantLock();

    /** An immutable snapshot; written under the lock. */
    private volatile RequestModes modes;

    RequestModeTable(StateTable<RequestModes> table) {
        this.table = table;
        this.modes = table.read().orElseGet(() -> new RequestModes(Map.of()));
    }

    Optional<RequestMode> find(String topic, String consumerGroup) {
        return Optional.ofNullable(
                modes.messageRequestModeMap().getOrDefault(topic, Map.of()).get(consumerGroup));
    }

    RequestModes snapshot() {
        return modes;
    }

    /** Sets a mode. Writes the table. */
    void put(RequestMode mode) {
        lock.lock();
        try {
            Map<String, Map<String, RequestMode>> changed = new HashMap<>(modes.messageRequestModeMap());
            Map<String, RequestMode> groups = new HashMap<>(changed.getOrDefault(mode.topic(), Map.of()));
            groups.put(mode.consumerGroup(), mode);
            changed.put(mode.topic(), groups);
            RequestModes next = new RequestModes(changed);
            table.write(next);
            modes = next;
        } finally {
            lock.unlock();
        }
    }
}
