package dev.millrace.client;

import org.jspecify.annotations.Nullable;

/** Which queue a message goes to. Immutable; make one and reuse it. */
public final class QueueChoice {
    private static final QueueChoice ANY = new QueueChoice(null, 0, null);

    private final @Nullable String key;
    private final int keyHash;
    private final @Nullable TopicQueue queue;

    private QueueChoice(@Nullable String key, int keyHash, @Nullable TopicQueue queue) {
        this.key = key;
        this.keyHash = keyHash;
        this.queue = queue;
    }

    /** Any queue; the producer spreads messages and avoids brokers that fail or are slow. */
    public static QueueChoice any() {
        return ANY;
    }

    /**
     * The same queue for the same key, so that messages of one key keep their order. Which queue that is changes with the
     * topic's number of queues. A failed send is repeated on the same queue only.
     */
    public static QueueChoice byKey(String key) {
        int hash = key.hashCode() * 0x9E3779B9;
        return new QueueChoice(key, (hash ^ hash >>> 16) & Integer.MAX_VALUE, null);
    }

    /** Exactly this queue. */
    public static QueueChoice of(TopicQueue queue) {
        return new QueueChoice(null, 0, queue);
    }

    public boolean isAny() {
        return key == null && queue == null;
    }

    /** The queue, if exactly one was named. */
    public @Nullable TopicQueue queue() {
        return queue;
    }

    /** Index for the key in a list of {@code count} queues. */
    public int indexOf(int count) {
        return keyHash % count;
    }
}
