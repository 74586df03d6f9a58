package dev.millrace.client.jdbc;

import java.util.concurrent.atomic.LongAdder;

/** Counts for {@link TransactionCounts}. Thread-safe: one adder each. */
final class TransactionCounters {
    private final LongAdder committed = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder held = new LongAdder();
    private final LongAdder rolledBack = new LongAdder();

    void committed(int count) {
        committed.add(count);
    }

    void duplicates(int count) {
        duplicates.add(count);
    }

    void held(int count) {
        held.add(count);
    }

    void rolledBack() {
        rolledBack.increment();
    }

    TransactionCounts snapshot() {
        return new TransactionCounts(committed.sum(), duplicates.sum(), held.sum(), rolledBack.sum());
    }
}
