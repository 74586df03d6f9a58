package dev.millrace.broker.topic;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.files.StateTable;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The topics of this broker. A change is kept, in {@code topics.json} or in the log, before it is visible.
 *
 * <p>Thread-safe: reads take no lock; changes take one and write the table, so they belong on no event loop.
 */
public final class TopicTable {
    private final ConcurrentHashMap<String, TopicConfig> topics = new ConcurrentHashMap<>();
    private final StateTable<TopicConfigTable> table;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** What was written last; replaced under the lock. */
    private volatile TopicConfigTable written;

    @GuardedBy("lock")
    private TopicWatcher watcher = TopicWatcher.NONE;

    public TopicTable(StateTable<TopicConfigTable> table, InstantSource clock) {
        this.table = table;
        this.clock = clock;
        this.written = table.read().orElseGet(() -> new TopicConfigTable(DataVersion.NONE, Map.of()));
        topics.putAll(written.topicConfigTable());
    }

    /** From now on the watcher hears of changes; it is told of all topics that are there. */
    public void watch(TopicWatcher newWatcher) {
        lock.lock();
        try {
            watcher = newWatcher;
            topics.values().forEach(newWatcher::defined);
        } finally {
            lock.unlock();
        }
    }

    /** The topic, or null; for hot paths. */
    public @Nullable TopicConfig get(String topic) {
        return topics.get(topic);
    }

    public Optional<TopicConfig> find(String topic) {
        return Optional.ofNullable(topics.get(topic));
    }

    /** All topics with the version of the table. */
    public TopicConfigTable snapshot() {
        return written;
    }

    /** Creates or replaces a topic; true if that changed anything. Writes the table. */
    public boolean put(TopicConfig config) {
        return put(config, false);
    }

    private boolean put(TopicConfig config, boolean onlyIfAbsent) {
        lock.lock();
        try {
            TopicConfig known = topics.get(config.topicName());
            if (config.equals(known) || onlyIfAbsent && known != null) {
                return false;
            }
            Map<String, TopicConfig> changed = new HashMap<>(topics);
            changed.put(config.topicName(), config);
            store(changed);
            topics.put(config.topicName(), config);
            watcher.defined(config);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Creates a topic unless there is one of that name; true if it was created. Writes the table. */
    public boolean putIfAbsent(TopicConfig config) {
        return !topics.containsKey(config.topicName()) && put(config, true);
    }

    /** Removes a topic; false if there was none. Writes the table. */
    public boolean remove(String topic) {
        lock.lock();
        try {
            if (!topics.containsKey(topic)) {
                return false;
            }
            Map<String, TopicConfig> changed = new HashMap<>(topics);
            changed.remove(topic);
            store(changed);
            topics.remove(topic);
            watcher.removed(topic);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void store(Map<String, TopicConfig> changed) {
        TopicConfigTable next = new TopicConfigTable(written.version().next(clock.millis()), changed);
        table.write(next);
        written = next;
    }
}
