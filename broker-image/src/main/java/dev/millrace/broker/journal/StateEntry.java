package dev.millrace.broker.journal;

/** One change of the state. Thread-safe: immutable. */
sealed interface StateEntry {
    StateKey key();

    /** Adds or replaces, see {@link StateValue#with}. */
    record Put(StateKey key, StateValue value) implements StateEntry {}

    record Removal(StateKey key) implements StateEntry {}
}
