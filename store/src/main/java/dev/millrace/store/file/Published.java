package dev.millrace.store.file;

import java.util.concurrent.atomic.AtomicReference;

/**
 * An immutable value that one thread replaces and others read; never null.
 *
 * <p>Thread-safe.
 */
public final class Published<T> {
    private final AtomicReference<T> value;

    public Published(T first) {
        value = new AtomicReference<>(first);
    }

    public T get() {
        T now = value.get();
        if (now == null) {
            throw new AssertionError("a published value is null");
        }
        return now;
    }

    public void set(T next) {
        value.set(next);
    }

    /** Replaces the value if nobody did so since {@code expected} was read. */
    public boolean replace(T expected, T next) {
        return value.compareAndSet(expected, next);
    }

    public T getAndSet(T next) {
        while (true) {
            T now = get();
            if (replace(now, next)) {
                return now;
            }
        }
    }
}
