package dev.millrace.broker.journal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.files.StateTable;
import dev.millrace.broker.journal.StateEntry.Put;
import dev.millrace.broker.journal.StateEntry.Removal;
import dev.millrace.broker.journal.StateValue.Numbers;
import dev.millrace.protocol.body.ConsumerOffsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the state of a broker group into its log; a master has one. What is handed to the log is noted under the lock that
 * gives the order of the log, so a dump never undoes a change: its next part is what is noted then. A change whose outcome
 * is unknown is taken back by writing the old value behind it.
 *
 * <p>Thread-safe; one writer for each table. The lock is held while requests are handed over, not while anybody waits.
 */
final class StateWriter {
    private static final int DUMP_ENTRIES_MAX = 256;

    private final StateAppends appends;
    private final LongSupplier offsetsReached;
    private final ReentrantLock lock = new ReentrantLock();

    /** What the log says once all that was handed over is in it. */
    @GuardedBy("lock")
    private final StateContent content;

    /** Keys whose value in the log may be another one. */
    @GuardedBy("lock")
    private final Set<StateKey> unsure = new HashSet<>();

    /**
     * @param content what the log says; the writer's own from now on
     * @param offsetsReached position before which all moves of offsets were told to the table of offsets
     */
    StateWriter(StateAppends appends, StateContent content, LongSupplier offsetsReached) {
        this.appends = appends;
        this.content = content;
        this.offsetsReached = offsetsReached;
    }

    <T extends Record> StateTable<T> table(TableParts<T> parts) {
        return new Table<>(parts);
    }

    StateTable<ConsumerOffsets> offsets() {
        return new OffsetsTable();
    }

    private SortedMap<StateKey, StateValue> values(Set<StateKind> kinds) {
        lock.lock();
        try {
            return content.of(kinds);
        } finally {
            lock.unlock();
        }
    }

    /** @param added an entry that goes along if there is one */
    private void write(Set<StateKind> kinds, Map<StateKey, StateValue> next, @Nullable Put added) {
        StateAppends.Submitted submitted;
        Map<StateKey, StateValue> before;
        List<StateEntry> changes;
        lock.lock();
        try {
            before = content.of(kinds);
            changes = new ArrayList<>(StateContent.changes(before, next));
            if (added != null && !added.value().equals(content.get(added.key()))) {
                changes.add(added);
            }
            if (changes.isEmpty()) {
                return;
            }
            submitted = submit(changes);
            content.applyAll(changes);
        } finally {
            lock.unlock();
        }
        try {
            appends.await(submitted);
        } catch (StateFileException e) {
            takeBack(changes, before);
            throw e;
        }
    }

    @GuardedBy("lock")
    private StateAppends.Submitted submit(List<StateEntry> changes) {
        try {
            return appends.submit(changes);
        } catch (StateFileException e) {
            changes.forEach(change -> unsure.add(change.key()));
            throw e;
        }
    }

    private void takeBack(List<StateEntry> changes, Map<StateKey, StateValue> before) {
        lock.lock();
        try {
            for (StateEntry change : changes) {
                if (change.key().kind() != StateKind.OFFSETS_REACHED) {
                    content.restore(change.key(), before.get(change.key()));
                    unsure.add(change.key());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Writes the values again that may be others in the log.
     *
     * @throws StateFileException if that fails; the next call tries again
     */
    void settle() {
        StateAppends.Submitted submitted;
        Set<StateKey> keys;
        lock.lock();
        try {
            if (unsure.isEmpty()) {
                return;
            }
            keys = Set.copyOf(unsure);
            List<StateEntry> entries = new ArrayList<>();
            for (StateKey key : keys) {
                StateValue value = content.get(key);
                entries.add(new Removal(key));
                if (value != null) {
                    entries.add(new Put(key, value));
                }
            }
            submitted = submit(entries);
            unsure.removeAll(keys);
        } finally {
            lock.unlock();
        }
        try {
            appends.await(submitted);
        } catch (StateFileException e) {
            lock.lock();
            try {
                unsure.addAll(keys);
            } finally {
                lock.unlock();
            }
            throw e;
        }
    }

    /**
     * Writes everything, part by part; changes may come in between.
     *
     * @param number tells its begin and its end from those of others
     * @throws StateFileException if that fails; the dump stays without an end and counts for nothing
     */
    void dump(long number) {
        one(new Put(StateKey.of(StateKind.DUMP_BEGIN), Numbers.of(number)));
        StateKey last = null;
        boolean isMore = true;
        while (isMore) {
            StateAppends.Submitted submitted = null;
            lock.lock();
            try {
                List<StateEntry> part = content.entriesAfter(last, DUMP_ENTRIES_MAX);
                isMore = !part.isEmpty();
                if (isMore) {
                    last = part.getLast().key();
                    submitted = appends.submit(part);
                }
            } finally {
                lock.unlock();
            }
            if (submitted != null) {
                appends.await(submitted);
            }
        }
        one(new Put(StateKey.of(StateKind.DUMP_END), Numbers.of(number)));
    }

    private void one(Put entry) {
        StateAppends.Submitted submitted;
        lock.lock();
        try {
            submitted = appends.submit(List.of(entry));
        } finally {
            lock.unlock();
        }
        appends.await(submitted);
    }

    void end() {
        appends.end();
    }

    private class Table<T extends Record> implements StateTable<T> {
        private final TableParts<T> parts;

        Table(TableParts<T> parts) {
            this.parts = parts;
        }

        @Override
        public Optional<T> read() {
            SortedMap<StateKey, StateValue> values = values(parts.kinds());
            return values.isEmpty() ? Optional.empty() : Optional.of(parts.join(values));
        }

        @Override
        public void write(T next) {
            StateWriter.this.write(parts.kinds(), parts.split(next), null);
        }

        @Override
        public boolean isInLog() {
            return true;
        }
    }

    /** Says along with the offsets which moves are in them. */
    private final class OffsetsTable extends Table<ConsumerOffsets> {
        private long reached;

        OffsetsTable() {
            super(new TableParts.Offsets());
        }

        @Override
        public void capturing() {
            reached = offsetsReached.getAsLong();
        }

        @Override
        public void write(ConsumerOffsets next) {
            TableParts.Offsets parts = new TableParts.Offsets();
            StateWriter.this.write(
                    parts.kinds(),
                    parts.split(next),
                    new Put(StateKey.of(StateKind.OFFSETS_REACHED), Numbers.of(reached)));
        }
    }
}
