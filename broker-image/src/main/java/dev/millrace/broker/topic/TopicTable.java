package dev.millrace.broker.topic;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.files.StateFile;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The topics of this broker. A change is in {@code topics.json} before it is visible.
 *
 * <p>Thread-safe: reads take no lock; changes take one and write the file, so they belong on no event loop.
 */
public final class TopicTable {
    private final ConcurrentHashMap<String, TopicConfig> topics = new ConcurrentHashMap<>();
    private final StateFile<TopicConfigTable> file;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private DataVersion version = DataVersion.NONE;

    @GuardedBy("lock")
    private TopicWatcher watcher = TopicWatcher.NONE;

    public TopicTable(StateFile<TopicConfigTable> file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
        file.read().ifPresent(stored -> {
            topics.putAll(stored.topicConfigTable());
            lock.lock();
            try {
                version = stored.version();
            } finally {
                lock.unlock();
            }
        });
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
        lock.lock();
        try {
            return new TopicConfigTable(version, topics);
        } finally {
            lock.unlock();
        }
    }

    /** Creates or replaces a topic; true if that changed anything. Writes the file. */
    public boolean put(TopicConfig config) {
        lock.lock();
        try {
            if (config.equals(topics.get(config.topicName()))) {
                return false;
            }
            DataVersion next = version.next(clock.millis());
            ConcurrentHashMap<String, TopicConfig> changed = new ConcurrentHashMap<>(topics);
            changed.put(config.topicName(), config);
            file.write(new TopicConfigTable(next, changed));
            topics.put(config.topicName(), config);
            watcher.defined(config);
            version = next;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Creates a topic unless there is one of that name; true if it was created. Writes the file. */
    public boolean putIfAbsent(TopicConfig config) {
        return !topics.containsKey(config.topicName()) && put(config);
    }

    /** Removes a topic; false if there was none. Writes the file. */
    public boolean remove(String topic) {
        lock.lock();
        try {
            if (!topics.containsKey(topic)) {
                return false;
            }
            DataVersion next = version.next(clock.millis());
            Map<String, TopicConfig> changed = new ConcurrentHashMap<>(topics);
            changed.remove(topic);
            file.write(new TopicConfigTable(next, changed));
            topics.remove(topic);
            watcher.removed(topic);
            version = next;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
