package dev.millrace.broker.topic;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.files.StateFile;
import dev.millrace.broker.files.StateFileException;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.body.GroupConfigTable;
import dev.millrace.protocol.route.DataVersion;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The consumer groups of this broker. A change is in {@code subscriptionGroup.json} before it is visible.
 *
 * <p>Thread-safe: reads take no lock; changes take one and write the file, so they belong on no event loop.
 */
public final class GroupTable {
    private static final List<String> SYSTEM_GROUPS = List.of(
            "TOOLS_CONSUMER",
            "FILTERSRV_CONSUMER",
            "SELF_TEST_C_GROUP",
            "CID_ONS-HTTP-PROXY",
            "CID_ONSAPI_PULL",
            "CID_ONSAPI_PERMISSION",
            "CID_ONSAPI_OWNER",
            TopicNames.TRANSACTION_GROUP,
            TopicNames.REDELIVERY_GROUP);

    /** The bit that RocketMQ keeps for it. */
    private static final int FORBIDDEN_TO_READ = 4;

    private final ConcurrentHashMap<String, GroupConfig> groups = new ConcurrentHashMap<>();
    private final StateFile<GroupConfigTable> file;
    private final InstantSource clock;
    private final boolean isAutoCreated;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private DataVersion version = DataVersion.NONE;

    /** By group and topic: bits of what is forbidden. Replaced as a whole under the lock. */
    private volatile Map<String, Map<String, Integer>> forbidden = Map.of();

    /** @param isAutoCreated whether a group is created when a client first names it */
    public GroupTable(StateFile<GroupConfigTable> file, InstantSource clock, boolean isAutoCreated) {
        this.file = file;
        this.clock = clock;
        this.isAutoCreated = isAutoCreated;
        SYSTEM_GROUPS.forEach(name -> groups.put(name, GroupConfig.of(name)));
        file.read().ifPresent(stored -> {
            groups.putAll(stored.subscriptionGroupTable());
            lock.lock();
            try {
                version = stored.dataVersion() == null ? DataVersion.NONE : stored.dataVersion();
                forbidden = stored.forbiddenTable();
            } finally {
                lock.unlock();
            }
        });
    }

    public Optional<GroupConfig> find(String consumerGroup) {
        return Optional.ofNullable(groups.get(consumerGroup));
    }

    /** The group, created if that is allowed and the name is legal. May write the file. */
    public Optional<GroupConfig> findOrCreate(String consumerGroup) {
        GroupConfig known = groups.get(consumerGroup);
        if (known != null) {
            return Optional.of(known);
        }
        if (!isAutoCreated || TopicNames.groupFault(consumerGroup).isPresent()) {
            return Optional.empty();
        }
        GroupConfig fresh = GroupConfig.of(consumerGroup);
        put(fresh);
        return Optional.of(fresh);
    }

    /** Whether a group was forbidden to read a topic; for hot paths. */
    public boolean isForbidden(String consumerGroup, String topic) {
        Map<String, Map<String, Integer>> all = forbidden;
        return !all.isEmpty()
                && (all.getOrDefault(consumerGroup, Map.of()).getOrDefault(topic, 0) & FORBIDDEN_TO_READ) != 0;
    }

    /** Allows or forbids a group to read a topic. Writes the file. */
    public void setReadable(String consumerGroup, String topic, boolean isReadable) {
        lock.lock();
        try {
            Map<String, Map<String, Integer>> before = forbidden;
            Map<String, Map<String, Integer>> all = new HashMap<>(before);
            Map<String, Integer> topics = new HashMap<>(all.getOrDefault(consumerGroup, Map.of()));
            int bits = topics.getOrDefault(topic, 0);
            topics.put(topic, isReadable ? bits & ~FORBIDDEN_TO_READ : bits | FORBIDDEN_TO_READ);
            topics.values().removeIf(each -> each == 0);
            all.put(consumerGroup, topics);
            all.values().removeIf(Map::isEmpty);
            forbidden = Map.copyOf(all);
            try {
                store(groups);
            } catch (StateFileException e) {
                forbidden = before;
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    public boolean isAutoCreated() {
        return isAutoCreated;
    }

    public GroupConfigTable snapshot() {
        lock.lock();
        try {
            return new GroupConfigTable(version, forbidden, groups);
        } finally {
            lock.unlock();
        }
    }

    /** Creates or replaces a group. Writes the file. */
    public void put(GroupConfig config) {
        lock.lock();
        try {
            if (config.equals(groups.get(config.groupName()))) {
                return;
            }
            Map<String, GroupConfig> changed = new ConcurrentHashMap<>(groups);
            changed.put(config.groupName(), config);
            store(changed);
            groups.put(config.groupName(), config);
        } finally {
            lock.unlock();
        }
    }

    /** Removes a group; false if there was none. Writes the file. */
    public boolean remove(String consumerGroup) {
        lock.lock();
        try {
            if (!groups.containsKey(consumerGroup)) {
                return false;
            }
            Map<String, GroupConfig> changed = new ConcurrentHashMap<>(groups);
            changed.remove(consumerGroup);
            store(changed);
            groups.remove(consumerGroup);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void store(Map<String, GroupConfig> changed) {
        DataVersion next = version.next(clock.millis());
        file.write(new GroupConfigTable(next, forbidden, changed));
        version = next;
    }
}
