package dev.millrace.broker.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.journal.StateEntry.Put;
import dev.millrace.broker.journal.StateEntry.Removal;
import dev.millrace.broker.journal.StateSnapshot.Dump;
import dev.millrace.broker.journal.StateSnapshot.Saved;
import dev.millrace.broker.journal.StateValue.Numbers;
import dev.millrace.broker.topic.TopicLogWatcher;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.store.LogRecord;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the records of the journal say, and where the last whole dump is.
 *
 * <p>Thread-safe: one lock. Watchers are told by the opening thread, then by the dispatch thread.
 */
final class FollowedState {
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final StateContent content = new StateContent();

    /** What the dump that is under way, and changes since its begin, say; in use while {@code open} is set. */
    @GuardedBy("lock")
    private final StateContent dumped = new StateContent();

    @GuardedBy("lock")
    private @Nullable OpenDump open;

    @GuardedBy("lock")
    private Dump dump = Dump.NONE;

    /** Position behind the last record whose meaning is in the content. */
    @GuardedBy("lock")
    private long followed;

    private final AtomicLong changes = new AtomicLong();
    private TopicLogWatcher topics = TopicLogWatcher.NONE;
    private LongConsumer offsetsSaved = position -> {};
    private Consumer<String> onRemoved = topic -> {};

    /** A dump whose end was not seen. */
    private record OpenDump(long number, long position) {}

    /** Before the store is opened. */
    void watch(TopicLogWatcher watcher) {
        topics = watcher;
    }

    /** Before the store is opened. */
    void onOffsets(LongConsumer saved) {
        offsetsSaved = saved;
    }

    /** Who hears of topics that are gone, for good. */
    void onRemoved(Consumer<String> removed) {
        onRemoved = removed;
    }

    /** Watchers need to be told of topics from here on. */
    long watchersResumeAt() {
        return topics.resumePosition();
    }

    boolean hasTopic(String topic) {
        lock.lock();
        try {
            return content.get(new StateKey(StateKind.TOPIC, topic)) != null;
        } finally {
            lock.unlock();
        }
    }

    /** Begins with nothing. */
    void begin() {
        topics.restored(List.of(), 0);
    }

    /** Begins with what was saved. */
    void begin(Saved saved) {
        StateValue offsets;
        List<TopicConfig> known;
        lock.lock();
        try {
            content.applyAll(saved.entries());
            dump = saved.dump();
            offsets = content.get(StateKey.of(StateKind.OFFSETS_REACHED));
            known = content.of(Set.of(StateKind.TOPIC)).values().stream()
                    .map(TableParts.Topics::topic)
                    .toList();
        } finally {
            lock.unlock();
        }
        topics.restored(known, saved.position());
        tellOffsets(offsets);
    }

    private void tellOffsets(@Nullable StateValue reached) {
        if (reached instanceof Numbers numbers) {
            offsetsSaved.accept(numbers.get(0));
        }
    }

    /** @throws IllegalArgumentException if the record can't be understood */
    void follow(LogRecord record) {
        List<StateEntry> entries = StateRecords.decode(ByteBuffer.wrap(record.body()));
        lock.lock();
        try {
            for (StateEntry entry : entries) {
                apply(entry, record);
            }
            followed = record.position() + record.size();
        } finally {
            lock.unlock();
        }
        changes.incrementAndGet();
    }

    @GuardedBy("lock")
    private void apply(StateEntry entry, LogRecord record) {
        switch (entry.key().kind()) {
            case DUMP_BEGIN -> {
                dumped.clear();
                open = new OpenDump(number(entry), record.position());
            }
            case DUMP_END -> endDump(number(entry), record);
            case TOPIC, TOPICS_VERSION, GROUP, GROUPS_VERSION, FORBIDDEN, OFFSETS, OFFSETS_REACHED, DELAYS, MODE -> {
                content.apply(entry);
                if (open != null) {
                    dumped.apply(entry);
                }
                tell(entry, record.position());
            }
        }
    }

    private static long number(StateEntry entry) {
        return entry instanceof Put put && put.value() instanceof Numbers numbers ? numbers.get(0) : -1;
    }

    /** What is in neither the dump nor a change since its begin was removed by a record that this copy never had. */
    @GuardedBy("lock")
    private void endDump(long number, LogRecord record) {
        OpenDump begun = open;
        if (begun == null || begun.number != number) {
            return;
        }
        Set<StateKey> gone = new TreeSet<>(content.of(Set.of(StateKind.TOPIC)).keySet());
        gone.removeAll(dumped.of(Set.of(StateKind.TOPIC)).keySet());
        gone.forEach(key -> tellRemoved(key.name()));
        content.replace(dumped);
        dumped.clear();
        open = null;
        dump = new Dump(begun.position, record.position() + record.size());
    }

    private void tell(StateEntry entry, long position) {
        boolean isTopic = entry.key().kind() == StateKind.TOPIC;
        switch (entry) {
            case Put put -> {
                if (isTopic) {
                    topics.defined(TableParts.Topics.topic(put.value()), position);
                } else if (put.key().kind() == StateKind.OFFSETS_REACHED) {
                    tellOffsets(put.value());
                }
            }
            case Removal removal -> {
                if (isTopic) {
                    tellRemoved(removal.key().name());
                }
            }
        }
    }

    private void tellRemoved(String topic) {
        topics.removed(topic);
        onRemoved.accept(topic);
    }

    Dump dump() {
        lock.lock();
        try {
            return dump;
        } finally {
            lock.unlock();
        }
    }

    List<StateEntry> entries() {
        lock.lock();
        try {
            return content.entries();
        } finally {
            lock.unlock();
        }
    }

    /** Grows with each record. */
    long changes() {
        return changes.get();
    }

    /** All of it, to be saved. */
    Saved picture(long reached) {
        lock.lock();
        try {
            // What a dump that is under way replaces is found again behind its begin.
            long position = open == null ? reached : Math.min(reached, open.position);
            return new Saved(position, dump, content.entries(), Math.max(reached, followed));
        } finally {
            lock.unlock();
        }
    }

    /** See {@link TopicLogWatcher#saving}. */
    void saving() {
        topics.saving();
    }
}
