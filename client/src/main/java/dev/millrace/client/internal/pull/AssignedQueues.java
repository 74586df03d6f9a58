package dev.millrace.client.internal.pull;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Filter;
import dev.millrace.client.PullConsumerSettings;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.net.Faults;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queues that a pull consumer reads, each with the offset behind what the application got.
 *
 * <p>Owner: the thread that has the consumer's turn.
 */
final class AssignedQueues {
    private static final Logger LOG = LoggerFactory.getLogger(AssignedQueues.class);

    private final PullConsumerSettings settings;
    private final QueueOffsets offsets;
    private final QueueReaders readers;
    private final QueueReader.Sink sink;
    private final Map<TopicQueue, Assigned> assigned = new LinkedHashMap<>();

    private static final class Assigned {
        private final QueueReader reader;
        private final Filter filter;
        private long position;
        private long committed = -1;

        Assigned(QueueReader reader, Filter filter, long position) {
            this.reader = reader;
            this.filter = filter;
            this.position = position;
        }
    }

    AssignedQueues(PullConsumerSettings settings, QueueOffsets offsets, QueueReaders readers, QueueReader.Sink sink) {
        this.settings = settings;
        this.offsets = offsets;
        this.readers = readers;
        this.sink = sink;
    }

    Set<TopicQueue> all() {
        return assigned.keySet();
    }

    /** Whether exactly these are read, with these filters. */
    boolean isReading(Map<TopicQueue, Filter> wanted) {
        return wanted.size() == assigned.size()
                && wanted.entrySet().stream().allMatch(each -> {
                    Assigned owner = assigned.get(each.getKey());
                    return owner != null && owner.filter.equals(each.getValue());
                });
    }

    /**
     * Reads exactly these: gives up the others, goes on in those that stay, starts the rest where the group is.
     *
     * @throws ClientException if the start of some can't be found out now; the others are read
     */
    void read(Map<TopicQueue, Filter> wanted) {
        giveUp(assigned.keySet().stream()
                .filter(queue -> !wanted.containsKey(queue))
                .toList());
        Map<TopicQueue, CompletableFuture<Long>> starts = new LinkedHashMap<>();
        wanted.forEach((queue, filter) -> {
            Assigned owner = assigned.get(queue);
            if (owner == null) {
                starts.put(queue, offsets.start(settings.group(), queue, settings.startFrom()));
            } else if (!owner.filter.equals(filter)) {
                owner.reader.stop();
                start(queue, filter, owner.position);
            }
        });
        ClientException first = null;
        for (Map.Entry<TopicQueue, CompletableFuture<Long>> each : starts.entrySet()) {
            try {
                long offset = Faults.await(each.getValue());
                start(each.getKey(), wanted.getOrDefault(each.getKey(), Filter.ALL), offset);
            } catch (ClientException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void start(TopicQueue queue, Filter filter, long offset) {
        QueueReader reader = readers.reader(queue, filter, sink);
        assigned.put(queue, new Assigned(reader, filter, offset));
        reader.start(offset);
    }

    /** Stops reading these; with automatic commits, commits them first. */
    void giveUp(Collection<TopicQueue> queues) {
        List<TopicQueue> left = List.copyOf(queues);
        left.forEach(queue -> owner(queue).reader.stop());
        if (!settings.autoCommitInterval().isZero()) {
            commitOrLog(left);
        }
        left.forEach(assigned::remove);
    }

    /** The messages of an arrival that is still wanted; the position moves behind them. */
    List<ReceivedMessage> take(FetchedAhead.Arrival arrival) {
        QueueReader reader = arrival.reader();
        Assigned owner = reader == null ? null : assigned.get(reader.queue());
        if (owner == null || owner.reader != reader || !owner.reader.isCurrent(arrival.generation())) {
            return List.of();
        }
        owner.position = arrival.nextOffset();
        return arrival.messages();
    }

    void resumeAll() {
        for (Assigned each : assigned.values()) {
            each.reader.resume();
        }
    }

    void seek(TopicQueue queue, long offset) {
        Assigned owner = owner(queue);
        owner.position = offset;
        owner.reader.start(offset);
    }

    long position(TopicQueue queue) {
        return owner(queue).position;
    }

    private Assigned owner(TopicQueue queue) {
        Assigned owner = assigned.get(queue);
        if (owner == null) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "queue " + queue + " is not assigned to this consumer; assign it first");
        }
        return owner;
    }

    /**
     * Stores the positions that moved since they were stored, and waits for that.
     *
     * @throws ClientException if one could not be stored; the others are
     */
    void commit(Collection<TopicQueue> queues) {
        Map<TopicQueue, Long> moved = new LinkedHashMap<>();
        for (TopicQueue queue : queues) {
            Assigned owner = owner(queue);
            if (owner.position != owner.committed) {
                moved.put(queue, owner.position);
            }
        }
        commit(moved);
    }

    /** Stores these offsets, and waits for that. */
    void commit(Map<TopicQueue, Long> positions) {
        Map<TopicQueue, CompletableFuture<Boolean>> commits = new LinkedHashMap<>();
        positions.forEach((queue, offset) -> commits.put(queue, offsets.commit(settings.group(), queue, offset)));
        ClientException first = null;
        for (Map.Entry<TopicQueue, CompletableFuture<Boolean>> each : commits.entrySet()) {
            try {
                Faults.await(each.getValue());
                committed(assigned.get(each.getKey()), positions.getOrDefault(each.getKey(), -1L));
            } catch (ClientException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static void committed(@Nullable Assigned owner, long offset) {
        if (owner != null) {
            owner.committed = offset;
        }
    }

    /** Commits what can be committed; the rest is tried with the next commit, or read again by whoever comes next. */
    void commitOrLog(Collection<TopicQueue> queues) {
        try {
            commit(queues);
        } catch (ClientException e) {
            LOG.atWarn()
                    .addKeyValue("consumerGroup", settings.group())
                    .addKeyValue("error", e.getMessage())
                    .log("positions not stored; trying again with the next commit");
        }
    }
}
