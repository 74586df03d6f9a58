package dev.millrace.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a message was stored. Immutable. */
public final class SendResult {
    private final TopicQueue queue;
    private final long queueOffset;
    private final String messageId;
    private final Durability durability;
    private final OffsetIds offsetIds;
    private final long position;
    private final @Nullable String recallHandle;

    /** How far the broker got before it answered; the message is stored in each case. */
    public enum Durability {
        /** As far as the broker is set up to go. */
        CONFIRMED,
        /** It was not yet on disk when the broker's time for that was over. */
        NOT_YET_ON_DISK,
        /** No replica was there to confirm it. */
        NO_REPLICA,
        /** Not every replica confirmed it in time. */
        NOT_YET_REPLICATED
    }

    /** Makes the text of an offset id when somebody asks for it. */
    @FunctionalInterface
    public interface OffsetIds {
        String text(long position);
    }

    /** @param position byte address in the broker's commit log, if {@code offsetIds} needs it */
    public SendResult(
            TopicQueue queue,
            long queueOffset,
            String messageId,
            Durability durability,
            OffsetIds offsetIds,
            long position) {
        this(queue, queueOffset, messageId, durability, offsetIds, position, null);
    }

    private SendResult(
            TopicQueue queue,
            long queueOffset,
            String messageId,
            Durability durability,
            OffsetIds offsetIds,
            long position,
            @Nullable String recallHandle) {
        this.queue = queue;
        this.queueOffset = queueOffset;
        this.messageId = messageId;
        this.durability = durability;
        this.offsetIds = offsetIds;
        this.position = position;
        this.recallHandle = recallHandle;
    }

    /** For the client: the same result with its queue named otherwise. */
    public SendResult withQueue(TopicQueue newQueue) {
        return new SendResult(newQueue, queueOffset, messageId, durability, offsetIds, position, recallHandle);
    }

    /** For the client: the same result with what recalls the message. */
    public SendResult withRecallHandle(String handle) {
        return new SendResult(queue, queueOffset, messageId, durability, offsetIds, position, handle);
    }

    /** What recalls the message, if the broker holds it back; see {@link Producer#recall}. */
    public Optional<String> recallHandle() {
        return Optional.ofNullable(recallHandle);
    }

    public String topic() {
        return queue.topic();
    }

    public String broker() {
        return queue.broker();
    }

    public int queueId() {
        return queue.queueId();
    }

    public TopicQueue queue() {
        return queue;
    }

    public long queueOffset() {
        return queueOffset;
    }

    /** The unique id that this client gave the message; the same for all its repetitions. */
    public String messageId() {
        return messageId;
    }

    /** The id that names broker and position; valid while the broker keeps its address. */
    public String offsetMessageId() {
        return offsetIds.text(position);
    }

    public Durability durability() {
        return durability;
    }

    @Override
    public String toString() {
        return "SendResult[" + queue + ", queueOffset=" + queueOffset + ", messageId=" + messageId + ", " + durability
                + "]";
    }
}
