package dev.millrace.broker.journal;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A value of the state. Thread-safe: immutable. */
sealed interface StateValue {
    /** A record in JSON; a new one takes its place. */
    record Text(String json) implements StateValue {}

    /** Numbers by number; new ones are added to them. */
    record Numbers(SortedMap<Integer, Long> all) implements StateValue {
        public Numbers {
            all = Collections.unmodifiableSortedMap(new TreeMap<>(all));
        }

        static Numbers of(long first) {
            return new Numbers(new TreeMap<>(Map.of(0, first)));
        }

        static Numbers of(Map<Integer, Long> numbers) {
            return new Numbers(new TreeMap<>(numbers));
        }

        long get(int number) {
            return all.getOrDefault(number, 0L);
        }
    }

    /** The value after another one was put at the same key. */
    default StateValue with(StateValue next) {
        if (this instanceof Numbers before && next instanceof Numbers added) {
            SortedMap<Integer, Long> merged = new TreeMap<>(before.all);
            merged.putAll(added.all);
            return new Numbers(merged);
        }
        return next;
    }
}
