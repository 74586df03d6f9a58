package dev.millrace.e2e.order;

/** One thing that happened, told by who did it. Thread-safe: immutable. */
public sealed interface OrderEvent {

    /**
     * A process began to handle a message.
     *
     * @param key whose messages stay in order
     * @param number the producer's number of the message within its key, from 0 on
     */
    record Begun(String member, int queueId, long offset, String key, int number) implements OrderEvent {}

    /** The process has handled the message, and said so to its client. */
    record Ended(String member, int queueId, long offset) implements OrderEvent {}

    /** A process is about to start: it was not there before. */
    record MemberStarted(String member) implements OrderEvent {}

    /** A process is about to end. */
    record MemberLeaves(String member) implements OrderEvent {}

    /** A process is gone, by itself or killed: it handles nothing any more. */
    record MemberGone(String member) implements OrderEvent {}

    /** The broker said that the group's next message of this queue is the one at {@code offset}. */
    record OffsetTold(int queueId, long offset) implements OrderEvent {}

    /** The broker was killed: the newest offsets and all queue locks may be forgotten. */
    record BrokerKilled() implements OrderEvent {}
}
