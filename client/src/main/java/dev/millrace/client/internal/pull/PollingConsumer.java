package dev.millrace.client.internal.pull;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Filter;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.PullConsumerSettings;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.group.Membership;
import dev.millrace.client.internal.group.Upkeep;
import dev.millrace.client.internal.net.Faults;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumer that the application asks for messages. Readers fetch ahead up to a number of bytes.
 *
 * <p>Owner: the thread that has the turn, normally the application's; a thread that closes wakes it and takes the turn
 * after it. Event loops fill {@link FetchedAhead}, the upkeep thread works the share out.
 */
public final class PollingConsumer implements PullConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(PollingConsumer.class);
    private static final long SHARE_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final QueueReaders.Parts parts;
    private final PullConsumerSettings settings;
    private final QueueOffsets offsets;
    private final FetchedAhead fetched;
    private final AssignedQueues queues;
    private final Sharing sharing;
    private final Consumer<PollingConsumer> closed;
    private final Semaphore turn = new Semaphore(1);
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private long committedNanos;
    private boolean isShareIncomplete;
    private long shareTriedNanos;

    /** @param closed told when it has closed */
    public PollingConsumer(
            QueueReaders.Parts parts,
            Membership membership,
            Upkeep upkeep,
            PullConsumerSettings settings,
            Consumer<PollingConsumer> closed) {
        this.closed = closed;
        this.parts = parts;
        this.settings = settings;
        this.offsets = new QueueOffsets(parts.requests(), parts.routes());
        this.fetched = new FetchedAhead(settings.bufferBytesMax());
        this.queues = new AssignedQueues(settings, offsets, new QueueReaders(parts, settings.group()), fetched);
        this.sharing = new Sharing(membership, upkeep, settings, parts.clock(), fetched::wake);
        this.committedNanos = parts.clock().nanoTime();
    }

    /** Runs a call while no other thread is in one. */
    private <T> T inTurn(Supplier<T> call) {
        turn.acquireUninterruptibly();
        try {
            checkOpen();
            return call.get();
        } finally {
            turn.release();
        }
    }

    private void inTurn(Runnable call) {
        inTurn(() -> {
            call.run();
            return true;
        });
    }

    private void checkOpen() {
        if (isClosed.get()) {
            throw new ClientException(ErrorCode.CLOSED, "pull consumer of group " + settings.group() + " is closed");
        }
    }

    @Override
    public List<TopicQueue> queues(String topic) {
        return Faults.await(parts.routes().readable(topic));
    }

    @Override
    public void assign(Collection<TopicQueue> wanted) {
        assign(wanted, Filter.ALL);
    }

    @Override
    public void assign(Collection<TopicQueue> wanted, Filter filter) {
        inTurn(() -> {
            if (sharing.isSubscribed()) {
                throw eitherOr("assign");
            }
            Map<TopicQueue, Filter> all = new LinkedHashMap<>();
            wanted.forEach(queue -> all.put(queue, filter));
            queues.giveUp(queues.all());
            queues.read(all);
        });
    }

    private ClientException eitherOr(String call) {
        return new ClientException(
                ErrorCode.INVALID_ARGUMENT,
                call + " can't be mixed with " + (call.equals("assign") ? "subscribe" : "assign")
                        + " in one pull consumer of group " + settings.group() + "; build a second one");
    }

    @Override
    public void subscribe(String topic, Filter filter) {
        inTurn(() -> {
            if (!sharing.isSubscribed() && !queues.all().isEmpty()) {
                throw eitherOr("subscribe");
            }
            sharing.subscribe(topic, filter);
            takeShare();
        });
    }

    /** Works out again which queues are ours; upkeep thread. */
    public void rebalance() {
        if (!isClosed.get()) {
            sharing.rebalance();
        }
    }

    public String group() {
        return settings.group();
    }

    /** Reads what the group gives us now; what does not work is tried again by this or the next poll. */
    private void takeShare() {
        if (!sharing.isSubscribed()) {
            return;
        }
        Map<TopicQueue, Filter> share = sharing.share();
        long now = parts.clock().nanoTime();
        boolean isWaiting = isShareIncomplete && now - shareTriedNanos < SHARE_AGAIN_NANOS;
        if (isWaiting || queues.isReading(share)) {
            return;
        }
        shareTriedNanos = now;
        try {
            queues.read(share);
            isShareIncomplete = false;
        } catch (ClientException e) {
            if (e.code() == ErrorCode.INTERRUPTED) {
                throw e;
            }
            isShareIncomplete = true;
            LOG.atWarn()
                    .addKeyValue("consumerGroup", settings.group())
                    .addKeyValue("error", e.getMessage())
                    .log("not all queues of our share are read yet; trying again");
        }
    }

    @Override
    public List<TopicQueue> assignment() {
        return inTurn(() -> List.copyOf(queues.all()));
    }

    @Override
    public List<ReceivedMessage> poll(Duration timeout) {
        return inTurn(() -> {
            commitSometimes();
            try {
                return messages(parts.clock().nanoTime() + timeout.toNanos());
            } catch (InterruptedException e) {
                throw Faults.interrupted(e);
            }
        });
    }

    private List<ReceivedMessage> messages(long deadlineNanos) throws InterruptedException {
        long left;
        do {
            takeShare();
            left = Math.max(0, deadlineNanos - parts.clock().nanoTime());
            FetchedAhead.Arrival arrival = fetched.next(isShareIncomplete ? Math.min(left, SHARE_AGAIN_NANOS) : left);
            checkOpen();
            List<ReceivedMessage> messages = arrival == null ? List.of() : take(arrival);
            if (!messages.isEmpty()) {
                return messages;
            }
        } while (left > 0);
        return List.of();
    }

    private List<ReceivedMessage> take(FetchedAhead.Arrival arrival) {
        if (fetched.release(arrival)) {
            queues.resumeAll();
        }
        return queues.take(arrival);
    }

    private void commitSometimes() {
        long intervalNanos = settings.autoCommitInterval().toNanos();
        if (intervalNanos > 0 && parts.clock().nanoTime() - committedNanos >= intervalNanos) {
            committedNanos = parts.clock().nanoTime();
            queues.commitOrLog(queues.all());
        }
    }

    @Override
    public void seek(TopicQueue queue, long offset) {
        if (offset < 0) {
            throw new ClientException(ErrorCode.INVALID_ARGUMENT, "offset " + offset + " of " + queue + " is negative");
        }
        inTurn(() -> queues.seek(queue, offset));
    }

    @Override
    public long position(TopicQueue queue) {
        return inTurn(() -> queues.position(queue));
    }

    @Override
    public void commit() {
        inTurn(() -> queues.commit(queues.all()));
    }

    @Override
    public void commit(Map<TopicQueue, Long> positions) {
        inTurn(() -> queues.commit(positions));
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

    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        fetched.wake();
        turn.acquireUninterruptibly();
        try {
            queues.giveUp(queues.all());
            sharing.leave();
        } finally {
            turn.release();
            closed.accept(this);
        }
    }
}
