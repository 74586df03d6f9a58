package dev.millrace.broker.topic;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.files.StateTable;
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
 * The consumer groups of this broker. A change is kept, in {@code subscriptionGroup.json} or in the
 * log, before it is visible.
 *
 * <p>Thread-safe: reads take no lock; changes take one and write the table, so they belong on no event loop.
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
    private final StateTable<GroupConfigTable> table;
    private final InstantSource clock;
    private final boolean isAutoCreated;
    private final ReentrantLock lock = new ReentrantLock();

    /** By group and topic: bits of what is forbidden. Replaced as a whole under the lock. */
    private volatile Map<String, Map<String, Integer>> forbidden = Map.of();

    /** What was written last, and the system groups; replaced under the lock. */
    private volatile GroupConfigTable written;

    /** @param isAutoCreated whether a group is created when a client first names it */
    public GroupTable(StateTable<GroupConfigTable> table, InstantSource clock, boolean isAutoCreated) {
        this.table = table;
        this.clock = clock;
        this.isAutoCreated = isAutoCreated;
        SYSTEM_GROUPS.forEach(name -> groups.put(name, GroupConfig.of(name)));
        DataVersion version = DataVersion.NONE;
        GroupConfigTable stored = table.read().orElse(null);
        if (stored != null) {
            groups.putAll(stored.subscriptionGroupTable());
            version = stored.dataVersion() == null ? version : stored.dataVersion();
            forbidden = stored.forbiddenTable();
        }
        this.written = new GroupConfigTable(version, forbidden, groups);
    }

    public Optional<GroupConfig> find(String consumerGroup) {
        return Optional.ofNullable(groups.get(consumerGroup));
    }

    /** The group, created if that is allowed and the name is legal. May write the table. */
    public Optional<GroupConfig> findOrCreate(String consumerGroup) {
        GroupConfig known = groups.get(consumerGroup);
        if (known != null) {
            return Optional.of(known);
        }
        if (!isAutoCreated || TopicNames.groupFault(consumerGroup).isPresent()) {
            return Optional.empty();
        }
        put(GroupConfig.of(consumerGroup), true);
        return find(consumerGroup);
    }

    /** Whether a group was forbidden to read a topic; for hot paths. */
    public boolean isForbidden(String consumerGroup, String topic) {
        Map<String, Map<String, Integer>> all = forbidden;
        return !all.isEmpty()
                && (all.getOrDefault(consumerGroup, Map.of()).getOrDefault(topic, 0) & FORBIDDEN_TO_READ) != 0;
    }

    /** Allows or forbids a group to read a topic. Writes the table. */
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
        return written;
    }

    /** Creates or replaces a group. Writes the table. */
    public void put(GroupConfig config) {
        put(config, false);
    }

    private void put(GroupConfig config, boolean onlyIfAbsent) {
        lock.lock();
        try {
            GroupConfig known = groups.get(config.groupName());
            if (config.equals(known) || onlyIfAbsent && known != null) {
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

    /** Removes a group; false if there was none. Writes the table. */
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
        DataVersion before = written.dataVersion() == null ? DataVersion.NONE : written.dataVersion();
        GroupConfigTable next = new GroupConfigTable(before.next(clock.millis()), forbidden, changed);
        table.write(next);
        written = next;
    }
}
