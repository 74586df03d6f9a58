package dev.millrace.broker.delay;

/**
 * Some events of the log in its order, packed.
 *
 * <p>Owner: who notes them, then who applies them.
 */
final class TimerEvents {
    /** A message is held back; the value is the hash of its unique key. */
    static final int ADD = 0;
    /** A message is settled; the value is the position of its record. */
    static final int SETTLE = 1;
    /** A message is settled; the value is the hash of its unique key. */
    static final int SETTLE_KEY = 2;

    private static final int COUNT_MAX = 1024;
    private static final int LONGS = 4;

    private final long[] words = new long[COUNT_MAX * LONGS];
    private int count;
    /** Events before it are applied. */
    private int next;

    boolean isFull() {
        return count == COUNT_MAX;
    }

    void add(int kind, long dueMs, long position, long value) {
        int at = count * LONGS;
        words[at] = kind;
        words[at + 1] = dueMs;
        words[at + 2] = position;
        words[at + 3] = value;
        count++;
    }

    boolean hasNext() {
        return next < count;
    }

    int kind() {
        return (int) words[next * LONGS];
    }

    long dueMs() {
        return words[next * LONGS + 1];
    }

    /** Position of the record that tells it. */
    long position() {
        return words[next * LONGS + 2];
    }

    long value() {
        return words[next * LONGS + 3];
    }

    void advance() {
        next++;
    }
}
