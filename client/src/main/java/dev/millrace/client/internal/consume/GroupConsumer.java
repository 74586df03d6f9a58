package dev.millrace.client.internal.consume;

import dev.millrace.client.ClientException;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.ConsumerSettings;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Filter;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.group.GroupShare;
import dev.millrace.client.internal.group.Member;
import dev.millrace.client.internal.group.Membership;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.pull.QueueOffsets;
import dev.millrace.client.internal.pull.QueueReaders;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a group that calls a listener.
 *
 * <p>Owner: the upkeep thread assigns queues and stores offsets; event loops bring arrivals; workers call the listener. The
 * table of queues is concurrent and written by the upkeep thread only.
 */
public final class GroupConsumer implements Consumer {
    private static final Logger LOG = LoggerFactory.getLogger(GroupConsumer.class);
    private static final long CLOSE_WAIT_MS = 30_000;

    private final ConsumeContext context;
    private final ConsumerSettings settings;
    private final Member member;
    private final QueueReaders readers;
    private final OffsetStore offsets;
    private final Delivery delivery;
    private final GroupShare place;
    private final Map<TopicQueue, QueueWork> works = new ConcurrentHashMap<>();
    private final AtomicLong heldBytes = new AtomicLong();
    private volatile boolean isPaused;
    private volatile boolean isClosed;

    public GroupConsumer(ConsumeContext context, ConsumerSettings settings) {
        this.context = context;
        this.settings = settings;
        Map<String, Filter> subscriptions = new LinkedHashMap<>(settings.subscriptions());
        if (!settings.mode().isBroadcasting()) {
            subscriptions.put(Membership.retryTopic(settings.group()), Filter.ALL);
        }
        this.member = new Member(
                settings.group(),
                subscriptions,
                settings.mode().isBroadcasting(),
                true,
                settings.startFrom(),
                context.clock().wallTimeMs());
        this.readers = new QueueReaders(context.reading(), settings.group());
        QueueOffsets remote = new QueueOffsets(context.requests(), context.routes());
        this.offsets = settings.mode().isBroadcasting()
                ? new LocalOffsets(remote, settings.startFrom(), settings.localOffsets(), settings.group())
                : new GroupOffsets(remote, settings.startFrom(), settings.group());
        this.delivery = settings.mode().isOrdered()
                ? new OrderedDelivery(context, settings)
                : new ConcurrentDelivery(context, settings);
        this.place = new GroupShare(context.membership(), context.upkeep(), this::take);
    }

    /** Joins the group and takes its share; waits for the brokers. */
    public void start() {
        try {
            place.want(member);
        } catch (ClientException e) {
            context.endWorkers();
            throw e;
        }
    }

    public String group() {
        return settings.group();
    }

    ConsumerSettings.Flow flow() {
        return settings.flow();
    }

    boolean isPaused() {
        return isPaused;
    }

    /** Messages came, or only room was asked for; says whether more may come. */
    boolean arrived(@Nullable Arrival arrival, int bytes) {
        if (arrival != null) {
            heldBytes.addAndGet(bytes);
            delivery.arrived(arrival);
        }
        return !isPaused && heldBytes.get() < settings.flow().bytesMax();
    }

    /** An arrival is done. */
    void released(int bytes) {
        long max = settings.flow().bytesMax();
        long after = heldBytes.addAndGet(-bytes);
        if (after < max && after + bytes >= max) {
            works.values().forEach(QueueWork::resume);
        }
    }

    /** Takes the queues that are this member's now, and gives up the others. Upkeep thread. */
    public void rebalance() {
        place.rebalance();
    }

    /** Whether everything that is ours is being read. */
    private boolean take(String topic, List<TopicQueue> share) {
        if (isClosed) {
            return true;
        }
        for (QueueWork work : List.copyOf(works.values())) {
            if (work.queue().topic().equals(topic) && !share.contains(work.queue())) {
                giveUp(work);
            }
        }
        List<TopicQueue> gained = new ArrayList<>(share);
        gained.removeAll(works.keySet());
        if (gained.isEmpty()) {
            return true;
        }
        // Before the broker is asked, as its lease begins when it hears of it.
        long lockedUntil = context.clock().nanoTime() + OrderedDelivery.LOCK_NANOS;
        List<TopicQueue> usable = delivery.usable(gained);
        Map<TopicQueue, Long> starts = offsets.starts(usable);
        starts.forEach((queue, start) -> {
            QueueWork work = new QueueWork(this, queue, start);
            work.lockedUntil(lockedUntil);
            works.put(queue, work);
            work.start(readers.reader(queue, filter(topic), work));
        });
        return starts.size() == gained.size();
    }

    private Filter filter(String topic) {
        Filter filter = member.subscriptions().get(topic);
        return filter == null ? Filter.ALL : filter;
    }

    private void giveUp(QueueWork work) {
        work.drop();
        delivery.awaitEnd(work);
        store(List.of(work));
        works.remove(work.queue());
        work.clear();
        delivery.givenUp(work);
    }

    /** Stores what was done since the last time. Upkeep thread. */
    public void storeOffsets() {
        store(List.copyOf(works.values()));
    }

    private void store(List<QueueWork> from) {
        Map<TopicQueue, Long> changed = new LinkedHashMap<>();
        for (QueueWork work : from) {
            long offset = work.offsetToStore();
            if (offset >= 0) {
                changed.put(work.queue(), offset);
                work.stored(offset);
            }
        }
        if (changed.isEmpty()) {
            return;
        }
        try {
            offsets.store(changed);
        } catch (ClientException e) {
            from.forEach(work -> work.stored(-1));
            LOG.atWarn()
                    .addKeyValue("consumerGroup", settings.group())
                    .addKeyValue("error", e.getMessage())
                    .log("offsets not stored; trying again");
        }
    }

    /** Keeps queue locks, if it needs them. Upkeep thread. */
    public void renewLocks() {
        delivery.renewLocks(works.values());
    }

    /** An administrator moved the group in these queues. Upkeep thread. */
    public void reset(Map<TopicQueue, Long> positions) {
        positions.forEach((queue, offset) -> {
            QueueWork work = works.get(queue);
            if (work != null) {
                work.reset(offset);
            }
        });
        storeOffsets();
    }

    @Override
    public List<TopicQueue> assignment() {
        return works.keySet().stream().sorted().toList();
    }

    @Override
    public void pause() {
        isPaused = true;
    }

    @Override
    public void resume() {
        isPaused = false;
        works.values().forEach(QueueWork::resume);
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        works.values().forEach(QueueWork::drop);
        try {
            Faults.await(
                    context.upkeep().now(this::end),
                    CLOSE_WAIT_MS,
                    "closing the consumer of group " + settings.group());
        } finally {
            context.closed(this);
        }
    }

    /** Upkeep thread, behind a share that was being taken. */
    private void end() {
        try {
            works.values().forEach(QueueWork::drop);
            works.values().forEach(delivery::awaitEnd);
            delivery.close();
            storeOffsets();
            works.values().forEach(delivery::givenUp);
        } finally {
            place.leave();
        }
    }

    /** Calls the listener; what it throws means retry. */
    static ConsumeResult call(ConsumeContext context, ConsumerSettings settings, List<ReceivedMessage> messages) {
        if (context.trace() == ConsumeTrace.NONE) {
            return call(settings, messages).orElse(ConsumeResult.RETRY);
        }
        ConsumeTrace.Call call = context.trace().begin(settings.group(), messages);
        long since = context.clock().nanoTime();
        Optional<ConsumeResult> result = call(settings, messages);
        call.ended(result.orElse(ConsumeResult.RETRY), context.clock().nanoTime() - since, result.isEmpty());
        return result.orElse(ConsumeResult.RETRY);
    }

    /** Empty if it failed. */
    private static Optional<ConsumeResult> call(ConsumerSettings settings, List<ReceivedMessage> messages) {
        try {
            @Nullable ConsumeResult result = settings.listener().consume(messages);
            if (result == null) {
                throw new ClientException(ErrorCode.INVALID_ARGUMENT, "a listener gave null, which counts as RETRY");
            }
            if (result.isForEach()) {
                result.forMessages(messages.size()); // one too many or too few shows here
            }
            return Optional.of(result);
        } catch (Exception | Error e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.atWarn()
                    .addKeyValue("consumerGroup", settings.group())
                    .addKeyValue("queue", messages.get(0).queue())
                    .addKeyValue("offset", messages.get(0).queueOffset())
                    .setCause(e)
                    .log("listener failed; the messages come again");
            return Optional.empty();
        }
    }
}
