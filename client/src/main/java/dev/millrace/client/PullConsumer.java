package dev.millrace.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A consumer that the application asks for messages. One thread at a time: calls wait for each other, except {@link
 * #close}, which ends a {@link #poll} that waits.
 *
 * <p>Either {@link #assign} names the queues, or {@link #subscribe} lets the members of the group share them; a consumer
 * does one of both.
 *
 * <p>Delivery is at least once: whoever reads a queue next starts at its committed offset.
 */
public interface PullConsumer extends AutoCloseable {
    /** The queues of a topic that can be read now. */
    List<TopicQueue> queues(String topic);

    /** Reads exactly these queues from now on, each from its committed offset or else from the start chosen. */
    void assign(Collection<TopicQueue> queues);

    /** Reads exactly these queues with a filter. */
    void assign(Collection<TopicQueue> queues, Filter filter);

    /**
     * Reads the share of this topic that the group gives this member; may be called for several topics, and again with
     * another filter. Joins the group and waits for the brokers. A topic that is not there yet is read when it comes.
     *
     * <p>The share changes as members come and go, within {@link #poll} only. A queue that goes to another member is
     * committed with automatic commits; without them, what was polled and not committed is given to the other member again.
     */
    void subscribe(String topic, Filter filter);

    /** The queues that are read now. */
    List<TopicQueue> assignment();

    /**
     * Messages that are there, in order within a queue; empty if none came within {@code timeout}. Brokers that can't be
     * reached are tried again, without an exception.
     *
     * @throws ClientException {@code CLOSED} if it is closed, also while this waits; {@code INTERRUPTED}
     */
    List<ReceivedMessage> poll(Duration timeout);

    /** Goes on at this offset with the next {@link #poll}. */
    void seek(TopicQueue queue, long offset);

    /** Offset of the next message that {@link #poll} gives. */
    long position(TopicQueue queue);

    /**
     * Stores the positions of all queues that moved at their brokers, and waits for that.
     *
     * @throws ClientException if one could not be stored; the next commit tries it again
     */
    void commit();

    /** Stores these offsets, and waits for that. */
    void commit(Map<TopicQueue, Long> offsets);

    /** The offset that is stored for the group. */
    Optional<Long> committed(TopicQueue queue);

    /** The first offset that is still stored. */
    long firstOffset(TopicQueue queue);

    /** The offset that the next message will get. */
    long endOffset(TopicQueue queue);

    /** The offset of the first message stored at this time or later. */
    long offsetAt(TopicQueue queue, Instant time);

    /** Stops reading and leaves the group; with automatic commits, commits first. */
    @Override
    void close();

    /** Builds pull consumers. Not thread-safe. */
    final class Builder {
        private final String group;
        private final Function<PullConsumerSettings, PullConsumer> open;
        private StartFrom startFrom = StartFrom.LAST;
        private long bufferBytesMax = 32L * 1024 * 1024;
        private Duration autoCommitInterval = Duration.ZERO;

        Builder(String group, Function<PullConsumerSettings, PullConsumer> open) {
            this.group = group;
            this.open = open;
        }

        /** Where to start in queues without a committed offset; at their end by default. */
        public Builder startFrom(StartFrom newStartFrom) {
            startFrom = newStartFrom;
            return this;
        }

        /** Bytes that are fetched ahead; 32 MiB by default. */
        public Builder bufferBytesMax(long newBufferBytesMax) {
            bufferBytesMax = newBufferBytesMax;
            return this;
        }

        /** Commits what was polled before, at this interval; off by default. */
        public Builder autoCommit(Duration interval) {
            autoCommitInterval = interval;
            return this;
        }

        public PullConsumer build() {
            return open.apply(new PullConsumerSettings(group, startFrom, bufferBytesMax, autoCommitInterval));
        }
    }
}
