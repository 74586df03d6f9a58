package dev.millrace.broker.filter;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of expressions that pulls carry themselves, so that one is compiled once. Two generations: the young one
 * becomes the old one when it is full, and what is used moves to the young one.
 *
 * <p>Thread-safe: concurrent maps; a generation may be passed by a few entries when threads race.
 */
public final class FilterCache {
    /** Expressions of a generation. */
    static final int COUNT_MAX = 1024;
    /** UTF-16 characters of a generation's expressions. */
    static final long CHARS_MAX = 1 << 20;

    private record Key(@Nullable String type, String expression) {}

    private static final class Generation {
        private final Map<Key, FilterOutcome> outcomes = new ConcurrentHashMap<>();
        private final AtomicLong chars = new AtomicLong();

        boolean isFull() {
            return outcomes.size() >= COUNT_MAX || chars.get() >= CHARS_MAX;
        }
    }

    private volatile Generation young = new Generation();
    private volatile Generation old = new Generation();

    /** The outcome of an expression, as {@link FilterOutcome#of} gives it. */
    public FilterOutcome outcome(@Nullable String type, String expression) {
        Key key = new Key(type, expression);
        FilterOutcome known = young.outcomes.get(key);
        if (known != null) {
            return known;
        }
        FilterOutcome older = old.outcomes.get(key);
        FilterOutcome outcome = older == null ? FilterOutcome.of(type, expression) : older;
        add(key, outcome);
        return outcome;
    }

    private void add(Key key, FilterOutcome outcome) {
        Generation present = young;
        if (present.isFull()) {
            old = present;
            present = new Generation();
            young = present;
        }
        if (present.outcomes.putIfAbsent(key, outcome) == null) {
            present.chars.addAndGet(key.expression().length());
        }
    }

    /** Outcomes that are kept. */
    int count() {
        return young.outcomes.size() + old.outcomes.size();
    }
}
