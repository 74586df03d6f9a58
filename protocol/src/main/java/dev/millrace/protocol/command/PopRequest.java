package dev.millrace.protocol.command;

import dev.millrace.protocol.body.AssignmentQuery;
import dev.millrace.protocol.body.BatchAcks;
import dev.millrace.protocol.body.RequestMode;
import org.jspecify.annotations.Nullable;

/** Consumption by receipt: messages are taken for a while, then acknowledged or delivered again. */
public sealed interface PopRequest extends BrokerRequest {

    /**
     * Takes messages.
     *
     * @param queueId -1 for any queue
     * @param invisibleTime ms until messages that are not acknowledged are delivered again
     * @param pollTime ms to wait for a message, from {@code bornTime} on
     * @param bornTime ms since the epoch by the client's clock; null or 0: now
     * @param initMode where a new consumer group begins: one of the constants
     * @param exp filter expression; null: all messages
     * @param order whether the queue is blocked until its messages are acknowledged
     * @param attemptId the same one again gets the same messages again, while they block a queue
     */
    record Pop(
            String consumerGroup,
            String topic,
            int queueId,
            int maxMsgNums,
            long invisibleTime,
            long pollTime,
            @Nullable Long bornTime,
            int initMode,
            @Nullable String expType,
            @Nullable String exp,
            @Nullable Boolean order,
            @Nullable String attemptId)
            implements PopRequest {
        public static final int FROM_MIN = 0;
        public static final int FROM_MAX = 1;

        public boolean isOrdered() {
            return Boolean.TRUE.equals(order);
        }
    }

    /**
     * Says that a message is dealt with.
     *
     * @param topic the topic it was read from: it may be a retry topic
     * @param extraInfo the receipt
     * @param offset queue offset of the message
     */
    record Ack(String consumerGroup, String topic, int queueId, String extraInfo, long offset) implements PopRequest {}

    /** Says that messages are dealt with. */
    record BatchAck(@Body BatchAcks acks) implements PopRequest {}

    /** Sets how long a message stays taken, from now on; its receipt is replaced. */
    record ChangeInvisibleTime(
            String consumerGroup, String topic, int queueId, String extraInfo, long offset, long invisibleTime)
            implements PopRequest {}

    /** Reads without taking. */
    record Peek(String consumerGroup, String topic, int queueId, int maxMsgNums) implements PopRequest {}

    /** Waits until there is a message to take. */
    record Notification(
            String consumerGroup,
            String topic,
            int queueId,
            long pollTime,
            @Nullable Long bornTime,
            @Nullable Boolean order,
            @Nullable String attemptId)
            implements PopRequest {}

    /** Asks how many requests wait for messages. */
    record PollingInfo(String consumerGroup, String topic, int queueId) implements PopRequest {}

    /** Asks which queues a client consumes, and how. */
    record QueryAssignment(@Body AssignmentQuery query) implements PopRequest {}

    /** Sets how a consumer group consumes a topic. */
    record SetRequestMode(@Body RequestMode mode) implements PopRequest {}

    /** Asks how all consumer groups consume. */
    record GetAllRequestModes() implements PopRequest {}
}
