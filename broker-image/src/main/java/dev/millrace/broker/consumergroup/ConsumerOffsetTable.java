package dev.millrace.broker.consumergroup;

import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.files.StateTable;
import dev.millrace.protocol.body.ConsumerOffsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where each consumer group stands in each queue: the offset of the message it wants next. Written to
 * {@code consumerOffset.json} about every 5 s, once the log is durable so far, and at the end, in a broker group to the log
 * each second; after a crash a group gets some seconds of messages again.
 *
 * <p>Thread-safe; {@link #capture} and {@link #write} are called by one thread, with offsets in the log by none.
 */
public final class ConsumerOffsetTable {
    private static final char SEPARATOR = '@';

    private final ConcurrentHashMap<Key, ConcurrentHashMap<Integer, Long>> offsets = new ConcurrentHashMap<>();
    private final StateTable<ConsumerOffsets> table;
    private final AtomicBoolean isDirty = new AtomicBoolean();
    /** What was captured later is written later. */
    private final ReentrantLock saving = new ReentrantLock();

    public ConsumerOffsetTable(StateTable<ConsumerOffsets> table) {
        this.table = table;
        table.read()
                .ifPresent(stored -> stored.offsetTable().forEach((name, queues) -> {
                    int at = name.lastIndexOf(SEPARATOR);
                    if (at > 0) {
                        offsets.put(
                                new Key(name.substring(0, at), name.substring(at + 1)),
                                new ConcurrentHashMap<>(queues));
                    }
                }));
    }

    private record Key(String topic, String consumerGroup) {}

    /** The offset, if one is stored. */
    public OptionalLong find(String consumerGroup, String topic, int queueId) {
        ConcurrentHashMap<Integer, Long> queues = offsets.get(new Key(topic, consumerGroup));
        Long offset = queues == null ? null : queues.get(queueId);
        return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    }

    /** Stores an offset; going back is allowed. */
    public void put(String consumerGroup, String topic, int queueId, long offset) {
        Long before = offsets.computeIfAbsent(new Key(topic, consumerGroup), key -> new ConcurrentHashMap<>())
                .put(queueId, offset);
        if (before == null || before != offset) {
            isDirty.set(true);
        }
    }

    /** Topics that a consumer group has offsets of. */
    public Set<String> topics(String consumerGroup) {
        Set<String> topics = new TreeSet<>();
        offsets.keySet().forEach(key -> {
            if (key.consumerGroup.equals(consumerGroup)) {
                topics.add(key.topic);
            }
        });
        return topics;
    }

    /** Consumer groups that have offsets of a topic. */
    public Set<String> consumerGroups(String topic) {
        Set<String> groups = new TreeSet<>();
        offsets.keySet().forEach(key -> {
            if (key.topic.equals(topic)) {
                groups.add(key.consumerGroup);
            }
        });
        return groups;
    }

    public void removeTopic(String topic) {
        if (offsets.keySet().removeIf(key -> key.topic.equals(topic))) {
            isDirty.set(true);
        }
    }

    public void removeConsumerGroup(String consumerGroup) {
        if (offsets.keySet().removeIf(key -> key.consumerGroup.equals(consumerGroup))) {
            isDirty.set(true);
        }
    }

    public ConsumerOffsets snapshot() {
        Map<String, Map<Integer, Long>> all = new HashMap<>();
        offsets.forEach((key, queues) -> all.put(key.topic + SEPARATOR + key.consumerGroup, Map.copyOf(queues)));
        return new ConsumerOffsets(all);
    }

    /** Moves an offset forward, unless it is elsewhere: not from {@code from} on and before {@code to}. */
    public void advance(String consumerGroup, String topic, int queueId, long from, long to) {
        ConcurrentHashMap<Integer, Long> queues = offsets.get(new Key(topic, consumerGroup));
        if (queues != null) {
            queues.computeIfPresent(queueId, (id, offset) -> {
                boolean isBehind = offset >= from && offset < to;
                if (isBehind) {
                    isDirty.set(true);
                }
                return isBehind ? to : offset;
            });
        }
    }

    /** All offsets at one time, to be written; empty if none changed. */
    public record Capture(Optional<ConsumerOffsets> changed) {
        public static final Capture NONE = new Capture(Optional.empty());
    }

    public Capture capture() {
        table.capturing();
        return new Capture(isDirty.getAndSet(false) ? Optional.of(snapshot()) : Optional.empty());
    }

    /** Whether offsets are in the log; see {@link StateTable#isInLog}. */
    public boolean isInLog() {
        return table.isInLog();
    }

    /** The log told of a move that may or may not have changed anything: the next write shall say so. */
    public void touch() {
        isDirty.set(true);
    }

    /** Writes the table if anything had changed. */
    public void write(Capture capture) {
        if (capture.changed.isPresent()) {
            try {
                table.write(capture.changed.get());
            } catch (StateFileException e) {
                isDirty.set(true);
                throw e;
            }
        }
    }

    /** Writes the table now if anything changed. Where offsets are in the log, any thread may. */
    public void save() {
        saving.lock();
        try {
            write(capture());
        } finally {
            saving.unlock();
        }
    }

    /** In a broker group: what somebody asked to be moved or forgotten is so on all copies when this returns. Blocks. */
    public void settle() {
        if (table.isInLog()) {
            save();
        }
    }
}
