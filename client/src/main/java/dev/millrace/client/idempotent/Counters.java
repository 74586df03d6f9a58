package dev.millrace.client.idempotent;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts for {@link IdempotenceCounts}. Thread-safe: one adder each. */
final class Counters {
    private final Map<Kind, LongAdder> adders = new EnumMap<>(Kind.class);

    /** What is counted. */
    enum Kind {
        COMPLETED,
        DUPLICATE,
        HELD,
        FAILED,
        LOST,
        UNPROTECTED,
        REFUSED,
        UNMARKED,
        STORE_FAILURE
    }

    Counters() {
        for (Kind kind : Kind.values()) {
            adders.put(kind, new LongAdder());
        }
    }

    void add(Kind kind, int count) {
        if (count != 0) {
            adder(kind).add(count);
        }
    }

    private LongAdder adder(Kind kind) {
        LongAdder adder = adders.get(kind);
        if (adder == null) {
            throw new AssertionError("no counter of " + kind);
        }
        return adder;
    }

    private long of(Kind kind) {
        return adder(kind).sum();
    }

    IdempotenceCounts snapshot() {
        return new IdempotenceCounts(
                of(Kind.COMPLETED),
                of(Kind.DUPLICATE),
                of(Kind.HELD),
                of(Kind.FAILED),
                of(Kind.LOST),
                of(Kind.UNPROTECTED),
                of(Kind.REFUSED),
                of(Kind.UNMARKED),
                of(Kind.STORE_FAILURE));
    }
}
