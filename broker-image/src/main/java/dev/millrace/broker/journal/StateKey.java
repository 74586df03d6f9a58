package dev.millrace.broker.journal;

import java.util.Comparator;

/** What a value belongs to. Thread-safe: immutable. */
record StateKey(StateKind kind, String name) implements Comparable<StateKey> {
    private static final Comparator<StateKey> ORDER =
            Comparator.comparing(StateKey::kind).thenComparing(StateKey::name);

    /** The one key of a kind that has no names. */
    static StateKey of(StateKind kind) {
        return new StateKey(kind, "");
    }

    @Override
    public int compareTo(StateKey other) {
        return ORDER.compare(this, other);
    }
}
