package dev.millrace.broker.pop;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.consumergroup.OffsetResets;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.filter.SqlFilter;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.PopRequest.Pop;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.store.EntryFilter;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.ReadLimits;
import dev.millrace.store.ReadResult;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Finds messages to take: in the queues of a topic, from one by chance on, and in the group's retry topic, which comes
 * first one time in five. A queue that another request is taking from is passed over.
 *
 * <p>Thread-safe: claims of queues are a concurrent set, bounded by the requests in flight.
 */
final class PopReader {
    private static final int RETRY_FIRST_PERCENT = 20;
    private static final int SCAN_MAX = 8000;
    /** A filter that looks into records looks at fewer: each may be a page of its own. */
    private static final int RECORD_SCAN_MAX = 1000;
    /** Reads of one queue that may find nothing. */
    private static final int ROUNDS_MAX = 4;

    private final MessageStore store;
    private final TopicTable topics;
    private final ConsumerOffsetTable offsets;
    private final OffsetResets resets;
    private final InFlight inFlight;
    private final InstantSource clock;
    private final int bytesMax;
    private final Set<QueueKey> claims = ConcurrentHashMap.newKeySet();

    PopReader(
            MessageStore store,
            TopicTable topics,
            ConsumerOffsetTable offsets,
            OffsetResets resets,
            InFlight inFlight,
            InstantSource clock,
            int bytesMax) {
        this.store = store;
        this.topics = topics;
        this.offsets = offsets;
        this.resets = resets;
        this.inFlight = inFlight;
        this.clock = clock;
        this.bytesMax = bytesMax;
    }

    /** A topic to read for a request. */
    private record Source(String topic, char kind, int queueCount) {}

    /** Messages for a request, their queues claimed; the caller releases them. */
    PopBatch read(Pop pop, EntryFilter filter) {
        PopBatch batch = new PopBatch(Math.clamp(pop.maxMsgNums(), 1, PopEvent.Taken.COUNT_MAX), bytesMax);
        List<Source> sources = sources(pop);
        try {
            for (Source source : sources) {
                readTopic(pop, source, source.kind == Receipt.KIND_TOPIC ? filter : EntryFilter.ALL, batch);
            }
        } catch (RuntimeException e) {
            batch.closeResults();
            batch.portions().forEach(portion -> claims.remove(portion.queue()));
            throw e;
        }
        return batch;
    }

    /** The topic, and the retry topics before or behind it. */
    private List<Source> sources(Pop pop) {
        TopicConfig topic = topics.get(pop.topic());
        if (topic == null) {
            throw new RequestFailure(
                    ResponseCode.TOPIC_NOT_EXIST, "topic[" + pop.topic() + "] not exist, apply first please!");
        }
        List<Source> retries = retries(pop.consumerGroup(), pop.topic(), pop.isOrdered());
        List<Source> sources = new ArrayList<>(retries);
        boolean isRetryFirst = ThreadLocalRandom.current().nextInt(100) < RETRY_FIRST_PERCENT;
        sources.add(
                isRetryFirst ? sources.size() : 0, new Source(pop.topic(), Receipt.KIND_TOPIC, topic.readQueueNums()));
        return sources;
    }

    private List<Source> retries(String consumerGroup, String topic, boolean isOrdered) {
        List<Source> retries = new ArrayList<>(2);
        if (!isOrdered && !TopicNames.isRetry(topic)) {
            addRetry(retries, TopicNames.popRetryTopic(consumerGroup, topic), Receipt.KIND_RETRY);
            addRetry(retries, TopicNames.popRetryTopicV2(consumerGroup, topic), Receipt.KIND_RETRY_V2);
        }
        return retries;
    }

    private void addRetry(List<Source> retries, String topic, char kind) {
        TopicConfig config = topics.get(topic);
        if (config != null) {
            retries.add(new Source(topic, kind, config.readQueueNums()));
        }
    }

    private void readTopic(Pop pop, Source source, EntryFilter filter, PopBatch batch) {
        if (source.kind == Receipt.KIND_TOPIC && pop.queueId() >= 0) {
            readQueue(pop, source, pop.queueId(), filter, batch);
            return;
        }
        int first = ThreadLocalRandom.current().nextInt(Math.max(1, source.queueCount));
        for (int i = 0; i < source.queueCount; i++) {
            readQueue(pop, source, (first + i) % source.queueCount, filter, batch);
        }
    }

    private void readQueue(Pop pop, Source source, int queueId, EntryFilter filter, PopBatch batch) {
        QueueKey key = new QueueKey(pop.consumerGroup(), source.topic, queueId);
        QueueLog queue = store.queue(source.topic, queueId);
        if (batch.isFull()) {
            batch.addRest(queue.maxOffset() - offset(key));
            return;
        }
        if (!claims.add(key)) {
            return;
        }
        boolean isTaken = false;
        try {
            isTaken = readClaimed(pop, key, source.kind, queue, filter, batch);
        } finally {
            if (!isTaken) {
                claims.remove(key);
            }
        }
    }

    private boolean readClaimed(Pop pop, QueueKey key, char kind, QueueLog queue, EntryFilter filter, PopBatch batch) {
        OptionalLong reset = resets.take(key.consumerGroup(), key.topic(), key.queueId());
        if (reset.isPresent()) {
            offsets.put(key.consumerGroup(), key.topic(), key.queueId(), reset.getAsLong());
            inFlight.forgetBlock(key);
        }
        if (pop.isOrdered() && inFlight.isBlocked(key, pop.attemptId(), clock.millis())) {
            return false;
        }
        long from = start(pop, key, kind, queue);
        if (from == queue.maxOffset()) {
            return false;
        }
        int scan = filter instanceof SqlFilter ? RECORD_SCAN_MAX : SCAN_MAX;
        for (int round = 0; round < ROUNDS_MAX; round++) {
            ReadResult result =
                    store.read(queue, new ReadLimits(from, batch.countLeft(), batch.bytesLeft(), scan), filter);
            switch (result.status()) {
                case FOUND -> {
                    batch.add(key, kind, from, result);
                    return true;
                }
                case NO_NEW, EMPTY_QUEUE -> {
                    result.close();
                    move(key, from, result.nextOffset());
                    return false;
                }
                case NO_MATCH, REMOVED, TOO_LOW, TOO_HIGH -> {
                    result.close();
                    move(key, from, result.nextOffset());
                    from = result.nextOffset();
                }
            }
        }
        return false;
    }

    private void move(QueueKey key, long from, long to) {
        if (from != to) {
            offsets.put(key.consumerGroup(), key.topic(), key.queueId(), to);
        }
    }

    /** Where the group stands; one that is new to the queue gets a place there. */
    private long start(Pop pop, QueueKey key, char kind, QueueLog queue) {
        OptionalLong stored = offsets.find(key.consumerGroup(), key.topic(), key.queueId());
        if (stored.isPresent()) {
            return stored.getAsLong();
        }
        boolean isFromMax = pop.initMode() == Pop.FROM_MAX && kind == Receipt.KIND_TOPIC;
        long first = isFromMax ? recent(queue) : Math.max(0, queue.minOffset());
        offsets.put(key.consumerGroup(), key.topic(), key.queueId(), first);
        return first;
    }

    /** The first message of a young queue; else the last one, since it may be why the group came. */
    private long recent(QueueLog queue) {
        if (queue.minOffset() <= 0 && queue.maxOffset() > 0) {
            try (ReadResult first = store.read(queue, new ReadLimits(0, 1, 1, 1), EntryFilter.ALL)) {
                if (!first.isCold()) {
                    return 0;
                }
            }
        }
        return Math.max(0, queue.maxOffset() - 1);
    }

    private long offset(QueueKey key) {
        return offsets.find(key.consumerGroup(), key.topic(), key.queueId()).orElse(0);
    }

    /** Whether a filter would look into many records that may be on disk only. */
    boolean mayBlock(Pop pop, EntryFilter filter, long recentCountMax) {
        TopicConfig topic = topics.get(pop.topic());
        if (!(filter instanceof SqlFilter) || topic == null) {
            return false;
        }
        long backlog = 0;
        for (int id = 0; id < topic.readQueueNums(); id++) {
            backlog += store.queue(pop.topic(), id).maxOffset()
                    - offset(new QueueKey(pop.consumerGroup(), pop.topic(), id));
        }
        return backlog > recentCountMax;
    }

    /** Whether there is something to take for who waits. */
    boolean hasNews(QueueKey wanted, boolean isOrdered, @Nullable String attemptId) {
        TopicConfig topic = topics.get(wanted.topic());
        if (topic == null) {
            return true;
        }
        for (int id = 0; id < topic.readQueueNums(); id++) {
            QueueKey key = new QueueKey(wanted.consumerGroup(), wanted.topic(), id);
            boolean isWanted = wanted.queueId() < 0 || wanted.queueId() == id;
            if (isWanted && hasBacklog(key, isOrdered, attemptId)) {
                return true;
            }
        }
        for (Source retry : retries(wanted.consumerGroup(), wanted.topic(), isOrdered)) {
            for (int id = 0; id < retry.queueCount; id++) {
                if (hasBacklog(new QueueKey(wanted.consumerGroup(), retry.topic, id), false, attemptId)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean hasBacklog(QueueKey key, boolean isOrdered, @Nullable String attemptId) {
        return !claims.contains(key)
                && store.queue(key.topic(), key.queueId()).maxOffset() > offset(key)
                && !(isOrdered && inFlight.isBlocked(key, attemptId, clock.millis()));
    }

    /** The queues whose messages a request waits for. */
    List<ParkedPops.Watched> watched(QueueKey wanted, boolean isOrdered) {
        List<ParkedPops.Watched> watched = new ArrayList<>();
        TopicConfig topic = topics.get(wanted.topic());
        for (int id = 0; topic != null && id < topic.readQueueNums(); id++) {
            if (wanted.queueId() < 0 || wanted.queueId() == id) {
                watched.add(new ParkedPops.Watched(store.queue(wanted.topic(), id), null));
            }
        }
        for (Source retry : retries(wanted.consumerGroup(), wanted.topic(), isOrdered)) {
            for (int id = 0; id < retry.queueCount; id++) {
                watched.add(new ParkedPops.Watched(store.queue(retry.topic, id), wanted.consumerGroup()));
            }
        }
        return watched;
    }

    /** Others may take from this queue again; whether there is more in it. */
    boolean release(QueueKey key) {
        claims.remove(key);
        return store.existingQueue(key.topic(), key.queueId())
                .map(queue -> queue.maxOffset() > offset(key))
                .orElse(false);
    }
}
