package dev.millrace.store.queue;

import dev.millrace.store.Disk;
import dev.millrace.store.StoreException;
import dev.millrace.store.file.Published;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All queues by topic and id.
 *
 * <p>Thread-safe: per topic an immutable array, replaced when it grows. Looking up a queue that exists allocates
 * nothing.
 */
public final class QueueTable {
    /** Bounds the array of a topic. */
    private static final int QUEUE_ID_MAX = 1 << 16;

    private static final int TOPIC_LENGTH_MAX = 255;

    /** Stands in a topic that is being deleted: nothing can be added to it. */
    private static final @Nullable ConsumeQueue[] CLOSED = new ConsumeQueue[0];

    private final ConsumeQueue.Shared shared;
    private final ConcurrentHashMap<String, Topic> topics = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<ConsumeQueue> deleted = new ConcurrentLinkedQueue<>();

    /** Queues of one topic, index is the id. Thread-safe: compare and set. */
    private static final class Topic {
        private final byte[] name;
        private final Published<@Nullable ConsumeQueue[]> queues = new Published<>(new ConsumeQueue[0]);

        Topic(String name) {
            this.name = name.getBytes(StandardCharsets.UTF_8);
        }

        @Nullable
        ConsumeQueue get(int queueId) {
            @Nullable ConsumeQueue[] now = queues.get();
            return queueId < now.length ? now[queueId] : null;
        }
    }

    public QueueTable(ConsumeQueue.Shared shared) {
        this.shared = shared;
    }

    /** The queue, null if there is none. */
    public @Nullable ConsumeQueue find(String topic, int queueId) {
        Topic entry = topics.get(topic);
        return entry == null || queueId < 0 ? null : entry.get(queueId);
    }

    /** The queue, made if there is none. */
    public ConsumeQueue get(String topic, int queueId) {
        ConsumeQueue present = find(topic, queueId);
        return present != null ? present : add(topic, queueId);
    }

    public List<ConsumeQueue> ofTopic(String topic) {
        Topic entry = topics.get(topic);
        if (entry == null) {
            return List.of();
        }
        List<ConsumeQueue> found = new ArrayList<>();
        for (ConsumeQueue queue : entry.queues.get()) {
            if (queue != null) {
                found.add(queue);
            }
        }
        return found;
    }

    public void forEach(Consumer<ConsumeQueue> action) {
        for (Topic entry : topics.values()) {
            for (ConsumeQueue queue : entry.queues.get()) {
                if (queue != null) {
                    action.accept(queue);
                }
            }
        }
    }

    public int count() {
        int[] count = new int[1];
        forEach(queue -> count[0]++);
        return count[0];
    }

    /** Forgets the queues of a topic; the dispatch thread removes their files by {@link #removeDeleted()}. */
    public void deleteTopic(String topic) {
        Topic entry = topics.get(topic);
        if (entry == null) {
            return;
        }
        for (ConsumeQueue queue : entry.queues.getAndSet(CLOSED)) {
            if (queue != null) {
                queue.markDeleted();
                // Before the name is free: a successor must not meet these files.
                deleted.add(queue);
            }
        }
        topics.remove(topic, entry);
    }

    /** Dispatch thread: removes the files of deleted queues. */
    public int removeDeleted() {
        int removed = 0;
        for (ConsumeQueue queue = deleted.poll(); queue != null; queue = deleted.poll()) {
            queue.removeFiles(shared.disk());
            removed++;
        }
        return removed;
    }

    /** Recovery: loads every queue that has a folder; tells those that did not fit together. */
    public List<ConsumeQueue> load(long endPosition, boolean cut) {
        Disk disk = shared.disk();
        List<ConsumeQueue> damaged = new ArrayList<>();
        for (String topic : disk.list(shared.folder())) {
            for (String id : disk.list(shared.folder().resolve(topic))) {
                ConsumeQueue queue = isQueueId(id) ? get(topic, Integer.parseInt(id)) : null;
                if (queue != null && !queue.load(endPosition, cut)) {
                    damaged.add(queue);
                }
            }
        }
        return damaged;
    }

    private static boolean isQueueId(String name) {
        return !name.isEmpty() && name.length() < 6 && name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private ConsumeQueue add(String topic, int queueId) {
        check(topic, queueId);
        while (true) {
            Topic entry = topics.computeIfAbsent(topic, Topic::new);
            @Nullable ConsumeQueue[] now = entry.queues.get();
            if (now == CLOSED) {
                Thread.onSpinWait();
                continue;
            }
            ConsumeQueue present = queueId < now.length ? now[queueId] : null;
            if (present != null) {
                return present;
            }
            @Nullable ConsumeQueue[] next = Arrays.copyOf(now, Math.max(now.length, queueId + 1));
            ConsumeQueue made = new ConsumeQueue(topic, entry.name, queueId, shared);
            next[queueId] = made;
            if (entry.queues.replace(now, next)) {
                return made;
            }
        }
    }

    private static void check(String topic, int queueId) {
        if (queueId < 0 || queueId >= QUEUE_ID_MAX) {
            throw new StoreException("queue id " + queueId + " of topic " + topic + " is outside 0.." + QUEUE_ID_MAX
                    + "; correct the caller");
        }
        boolean isName = !topic.isEmpty()
                && topic.length() <= TOPIC_LENGTH_MAX
                && !topic.startsWith(".")
                && topic.indexOf('/') < 0
                && topic.indexOf('\0') < 0;
        if (!isName) {
            throw new StoreException("topic '" + topic + "' cannot be the name of a folder; use 1.." + TOPIC_LENGTH_MAX
                    + " characters without a slash");
        }
    }
}
