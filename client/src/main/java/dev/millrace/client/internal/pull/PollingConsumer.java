package dev.millrace.client.internal.pull;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Filter;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.PullConsumerSettings;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.group.Membership;
import dev.millrace.client.internal.net.Faults;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The consumer that the application asks for messages. Readers fetch ahead up to a number of bytes.
 *
 * <p>Owner: the application's thread; event loops put arrivals into a queue, whose bytes are bounded by {@code
 * bufferBytesMax} plus one answer for each queue read.
 */
public final class PollingConsumer implements PullConsumer {
    private final QueueReaders.Parts parts;
    private final PullConsumerSettings settings;
    private final QueueOffsets offsets;
    private final QueueReaders readers;
    private final Sharing sharing;
    private final Consumer<PollingConsumer> closed;
    private final Inbox inbox = new Inbox();
    private final Map<TopicQueue, Assigned> assigned = new LinkedHashMap<>();
    private final LinkedBlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final AtomicLong bufferedBytes = new AtomicLong();
    private long committedNanos;
    private volatile boolean isSharing;
    private volatile boolean isClosed;

    /** A queue that is read, and the offset behind what the application got. */
    private static final class Assigned {
        private final QueueReader reader;
        private long position;

        Assigned(QueueReader reader, long position) {
            this.reader = reader;
            this.position = position;
        }
    }

    private record Arrival(
            QueueReader reader, long generation, List<ReceivedMessage> messages, int bytes, long nextOffset) {}

    /** Keeps arrivals until the application asks. Thread-safe. */
    private final class Inbox implements QueueReader.Sink {
        @Override
        public boolean arrived(
                QueueReader reader, long generation, List<ReceivedMessage> messages, int bytes, long nextOffset) {
            long buffered = bufferedBytes.addAndGet(bytes);
            arrivals.add(new Arrival(reader, generation, messages, bytes, nextOffset));
            return buffered < settings.bufferBytesMax();
        }

        @Override
        public long commitOffset(TopicQueue queue) {
            return 0;
        }
    }

    /** @param closed told when it has closed */
    public PollingConsumer(
            QueueReaders.Parts parts,
            Membership membership,
            PullConsumerSettings settings,
            Consumer<PollingConsumer> closed) {
        this.closed = closed;
        this.parts = parts;
        this.settings = settings;
        this.offsets = new QueueOffsets(parts.requests(), parts.routes());
        this.readers = new QueueReaders(parts, settings.group());
        this.sharing = new Sharing(membership, settings, parts.clock());
        this.committedNanos = parts.clock().nanoTime();
    }

    @Override
    public List<TopicQueue> queues(String topic) {
        return Faults.await(parts.routes().readable(topic));
    }

    @Override
    public void assign(Collection<TopicQueue> queues) {
        assign(queues, Filter.ALL);
    }

    @Override
    public void assign(Collection<TopicQueue> queues, Filter filter) {
        checkOpen();
        Map<TopicQueue, Filter> wanted = new LinkedHashMap<>();
        queues.forEach(queue -> wanted.put(queue, filter));
        assigned.values().forEach(old -> old.reader.stop());
        assigned.clear();
        apply(wanted);
    }

    /** Stops readers of queues that are not wanted any more and starts those that are missing. */
    private void apply(Map<TopicQueue, Filter> wanted) {
        Map<TopicQueue, Long> left = new HashMap<>();
        assigned.forEach((queue, owner) -> {
            if (!wanted.containsKey(queue)) {
                owner.reader.stop();
                left.put(queue, owner.position);
            }
        });
        if (!settings.autoCommitInterval().isZero()) {
            commit(left);
        }
        assigned.keySet().removeAll(left.keySet());
        Map<TopicQueue, CompletableFuture<Long>> starts = new LinkedHashMap<>();
        for (TopicQueue queue : wanted.keySet()) {
            if (!assigned.containsKey(queue)) {
                starts.put(queue, offsets.start(settings.group(), queue, settings.startFrom()));
            }
        }
        starts.forEach((queue, start) -> {
            Filter filter = wanted.getOrDefault(queue, Filter.ALL);
            QueueReader reader = readers.reader(queue, filter, inbox);
            long offset = Faults.await(start);
            assigned.put(queue, new Assigned(reader, offset));
            reader.start(offset);
        });
    }

    @Override
    public void subscribe(String topic, Filter filter) {
        checkOpen();
        sharing.subscribe(topic, filter);
        isSharing = true;
        takeShare();
    }

    /** Works out again which queues are ours; upkeep thread. */
    public void rebalance() {
        if (isSharing && !isClosed) {
            sharing.rebalance();
        }
    }

    public String group() {
        return settings.group();
    }

    private void takeShare() {
        Map<TopicQueue, Filter> share = sharing.share();
        if (isSharing && !share.keySet().equals(assigned.keySet())) {
            apply(share);
        }
    }

    @Override
    public List<TopicQueue> assignment() {
        return List.copyOf(assigned.keySet());
    }

    @Override
    public List<ReceivedMessage> poll(Duration timeout) {
        checkOpen();
        long deadline = parts.clock().nanoTime() + timeout.toNanos();
        takeShare();
        commitSometimes();
        try {
            while (true) {
                long left = Math.max(0, deadline - parts.clock().nanoTime());
                Arrival arrival = arrivals.poll(left, TimeUnit.NANOSECONDS);
                if (arrival == null) {
                    return List.of();
                }
                List<ReceivedMessage> messages = take(arrival);
                if (!messages.isEmpty()) {
                    return messages;
                }
            }
        } catch (InterruptedException e) {
            throw Faults.interrupted(e);
        }
    }

    private List<ReceivedMessage> take(Arrival arrival) {
        long buffered = bufferedBytes.addAndGet(-arrival.bytes());
        if (buffered < settings.bufferBytesMax()) {
            resumeAll(arrival, buffered);
        }
        Assigned owner = assigned.get(arrival.reader().queue());
        if (owner == null
                || owner.reader != arrival.reader()
                || !arrival.reader().isCurrent(arrival.generation())) {
            return List.of();
        }
        owner.position = arrival.nextOffset();
        return arrival.messages();
    }

    private void resumeAll(Arrival arrival, long buffered) {
        if (buffered + arrival.bytes() < settings.bufferBytesMax()) {
            return; // it was not full before: nobody paused
        }
        for (Assigned each : assigned.values()) {
            each.reader.resume();
        }
    }

    private void commitSometimes() {
        long intervalNanos = settings.autoCommitInterval().toNanos();
        if (intervalNanos > 0 && parts.clock().nanoTime() - committedNanos >= intervalNanos) {
            committedNanos = parts.clock().nanoTime();
            commit();
        }
    }

    @Override
    public void seek(TopicQueue queue, long offset) {
        if (offset < 0) {
            throw new ClientException(ErrorCode.INVALID_ARGUMENT, "offset " + offset + " of " + queue + " is negative");
        }
        Assigned owner = owner(queue);
        owner.position = offset;
        owner.reader.start(offset);
    }

    @Override
    public long position(TopicQueue queue) {
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

    @Override
    public void commit() {
        Map<TopicQueue, Long> positions = new HashMap<>();
        assigned.forEach((queue, owner) -> positions.put(queue, owner.position));
        commit(positions);
    }

    @Override
    public void commit(Map<TopicQueue, Long> positions) {
        List<CompletableFuture<Boolean>> commits = new ArrayList<>();
        positions.forEach((queue, offset) -> commits.add(offsets.commit(settings.group(), queue, offset)));
        commits.forEach(Faults::await);
    }

    @Override
    public Optional<Long> committed(TopicQueue queue) {
        return Faults.await(offsets.committed(settings.group(), queue));
    }

    @Override
    public long firstOffset(TopicQueue queue) {
        return Faults.await(offsets.first(queue));
    }

    @Override
    public long endOffset(TopicQueue queue) {
        return Faults.await(offsets.end(queue));
    }

    @Override
    public long offsetAt(TopicQueue queue, Instant time) {
        return Faults.await(offsets.at(queue, time.toEpochMilli()));
    }

    private void checkOpen() {
        if (isClosed) {
            throw new ClientException(ErrorCode.CLOSED, "pull consumer of group " + settings.group() + " is closed");
        }
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        assigned.values().forEach(each -> each.reader.stop());
        if (!settings.autoCommitInterval().isZero()) {
            commit();
        }
        sharing.leave();
        closed.accept(this);
    }
}
