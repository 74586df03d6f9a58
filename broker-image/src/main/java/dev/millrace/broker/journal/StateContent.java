package dev.millrace.broker.journal;

import dev.millrace.broker.journal.StateEntry.Put;
import dev.millrace.broker.journal.StateEntry.Removal;
import dev.millrace.broker.journal.StateValue.Numbers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All values of the state. Bounded by the topics and consumer groups that exist.
 *
 * <p>Owner: who holds the lock of {@link StateJournal} or {@link StateWriter}.
 */
final class StateContent {
    private final NavigableMap<StateKey, StateValue> values = new TreeMap<>();

    void apply(StateEntry entry) {
        switch (entry) {
            case Put put -> values.merge(put.key(), put.value(), StateValue::with);
            case Removal removal -> values.remove(removal.key());
        }
    }

    void applyAll(Collection<? extends StateEntry> entries) {
        entries.forEach(this::apply);
    }

    /** As if all entries that were applied to the other one had been applied to this one alone. */
    void replace(StateContent other) {
        values.clear();
        values.putAll(other.values);
    }

    void clear() {
        values.clear();
    }

    @Nullable
    StateValue get(StateKey key) {
        return values.get(key);
    }

    /** A copy of the values of some kinds. */
    SortedMap<StateKey, StateValue> of(Set<StateKind> kinds) {
        SortedMap<StateKey, StateValue> found = new TreeMap<>();
        for (StateKind kind : kinds) {
            for (Map.Entry<StateKey, StateValue> each :
                    values.tailMap(StateKey.of(kind), true).entrySet()) {
                if (each.getKey().kind() != kind) {
                    break;
                }
                found.put(each.getKey(), each.getValue());
            }
        }
        return found;
    }

    /** Sets a key to what it was; null for nothing. */
    void restore(StateKey key, @Nullable StateValue value) {
        if (value == null) {
            values.remove(key);
        } else {
            values.put(key, value);
        }
    }

    /** Entries that make this content. */
    List<StateEntry> entries() {
        return entriesAfter(null, Integer.MAX_VALUE);
    }

    /** Some of them, those behind a key; empty behind the last one. */
    List<StateEntry> entriesAfter(@Nullable StateKey last, int countMax) {
        SortedMap<StateKey, StateValue> rest = last == null ? values : values.tailMap(last, false);
        return rest.entrySet().stream()
                .limit(countMax)
                .<StateEntry>map(each -> new Put(each.getKey(), each.getValue()))
                .toList();
    }

    /** What makes one from the other. */
    static List<StateEntry> changes(Map<StateKey, StateValue> before, Map<StateKey, StateValue> after) {
        List<StateEntry> changes = new ArrayList<>();
        before.keySet().stream().filter(key -> !after.containsKey(key)).forEach(key -> changes.add(new Removal(key)));
        after.forEach((key, value) -> {
            StateValue known = before.get(key);
            if (known instanceof Numbers from && value instanceof Numbers to) {
                numberChanges(key, from, to, changes);
            } else if (!value.equals(known)) {
                changes.add(new Put(key, value));
            }
        });
        return changes;
    }

    private static void numberChanges(StateKey key, Numbers from, Numbers to, List<StateEntry> changes) {
        if (!to.all().keySet().containsAll(from.all().keySet())) {
            changes.add(new Removal(key));
            changes.add(new Put(key, to));
            return;
        }
        SortedMap<Integer, Long> changed = new TreeMap<>(to.all());
        changed.entrySet().removeAll(from.all().entrySet());
        if (!changed.isEmpty()) {
            changes.add(new Put(key, new Numbers(changed)));
        }
    }
}
