package dev.millrace.broker.pop;

import org.jspecify.annotations.Nullable;

/** What happened to messages of one take. Thread-safe: immutable. */
sealed interface PopEvent {
    QueueKey queue();

    /** With {@link #takenMs} and {@link #mark} it says which take this is about. */
    long start();

    long takenMs();

    int mark();

    /**
     * Messages were taken.
     *
     * @param next offset to take from next
     * @param invisibleMs until they are delivered again
     * @param distances offsets of the messages, less {@code start}
     * @param attemptId in order: what the client calls this attempt
     */
    record Taken(
            QueueKey queue,
            long start,
            long takenMs,
            int mark,
            long next,
            long invisibleMs,
            int[] distances,
            @Nullable String attemptId)
            implements PopEvent {
        /** Messages of one take: the bits of an int. */
        static final int COUNT_MAX = 32;

        boolean isOrdered() {
            return mark == Receipt.ORDERED;
        }
    }

    /**
     * Messages were acknowledged, delivered again or given up.
     *
     * @param bits bit i stands for message i of the take
     */
    record Settled(QueueKey queue, long start, long takenMs, int mark, int bits) implements PopEvent {}

    /**
     * A message is taken for another time. In order the take stays as it is; otherwise the message becomes a take of its
     * own, with the same mark.
     *
     * @param index of the message in the take
     * @param nowMs from when on
     */
    record Renewed(QueueKey queue, long start, long takenMs, int mark, int index, long nowMs, long invisibleMs)
            implements PopEvent {}

    /**
     * How often the messages of a take in order were delivered before. In the saved table only: in the log it follows
     * from the takes before.
     */
    record Counted(QueueKey queue, long start, long takenMs, int mark, int[] counts) implements PopEvent {}
}
