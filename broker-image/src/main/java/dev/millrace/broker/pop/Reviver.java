package dev.millrace.broker.pop;

import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.EntryFilter;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.ReadLimits;
import dev.millrace.store.ReadResult;
import dev.millrace.store.ReadStatus;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers messages again whose time is over: a copy goes to the group's retry topic, or after the last attempt to its
 * dead-letter topic. The copy and the record that says so are one append, so a crash makes neither two copies nor none.
 *
 * <p>Owner: the pop thread.
 */
final class Reviver {
    private static final Logger LOG = LoggerFactory.getLogger(Reviver.class);
    /** Copies on their way to the log. */
    private static final int UNDER_WAY_MAX = 1024;

    private static final long PAUSE_MS = 1000;
    private static final int TOPIC_LENGTH_MAX = 255;

    private final MessageStore store;
    private final TopicTable topics;
    private final GroupTable groups;
    private final InFlight inFlight;
    private final PopAppends appends;
    private final ParkedPops parked;
    private final PopCounters counters;
    private final Surroundings surroundings;
    private final AtomicInteger underWay = new AtomicInteger();

    /** @param onTopicChange tells the NameServers; may block */
    record Surroundings(InstantSource clock, byte[] storeHost, Runnable onTopicChange) {}

    Reviver(
            MessageStore store,
            TopicTable topics,
            GroupTable groups,
            InFlight inFlight,
            PopAppends appends,
            ParkedPops parked,
            PopCounters counters,
            Surroundings surroundings) {
        this.store = store;
        this.topics = topics;
        this.groups = groups;
        this.inFlight = inFlight;
        this.appends = appends;
        this.parked = parked;
        this.counters = counters;
        this.surroundings = surroundings;
    }

    /** One turn; gives how many messages were dealt with. */
    int turn() {
        InFlight.Over over = inFlight.takeOver(surroundings.clock.millis(), UNDER_WAY_MAX - underWay.get());
        for (QueueKey queue : over.freeQueues()) {
            parked.wakeNext(queue.consumerGroup(), queue.topic(), queue.queueId());
        }
        over.messages().forEach(this::revive);
        return over.messages().size();
    }

    private void revive(InFlight.Due due) {
        try {
            QueueKey key = due.settled().queue();
            GroupConfig group = groups.find(key.consumerGroup()).orElse(null);
            Optional<StoredMessage> message = group == null ? Optional.empty() : read(key, due.offset());
            if (group == null || message.isEmpty()) {
                drop(due);
            } else {
                store(due, message.get(), group);
            }
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("consumerGroup", due.settled().queue().consumerGroup())
                    .addKeyValue("topic", due.settled().queue().topic())
                    .addKeyValue("offset", due.offset())
                    .setCause(e)
                    .log("message can't be delivered again now, trying again after {} ms", PAUSE_MS);
            putOff(due);
        }
    }

    private void putOff(InFlight.Due due) {
        inFlight.release(due.settled(), surroundings.clock.millis() + PAUSE_MS);
    }

    private Optional<StoredMessage> read(QueueKey key, long offset) {
        Optional<QueueLog> queue =
                topics.get(key.topic()) == null ? Optional.empty() : store.existingQueue(key.topic(), key.queueId());
        if (queue.isEmpty()) {
            return Optional.empty();
        }
        try (ReadResult result = store.read(queue.get(), new ReadLimits(offset, 1, 1, 1), EntryFilter.ALL)) {
            if (result.status() != ReadStatus.FOUND) {
                return Optional.empty();
            }
            var slice = result.slices().getFirst();
            return Optional.of(StoredMessage.decode(slice, slice.position()));
        }
    }

    /** The message, its topic or its consumer group is gone: nobody can get it. */
    private void drop(InFlight.Due due) {
        LOG.atDebug()
                .addKeyValue("consumerGroup", due.settled().queue().consumerGroup())
                .addKeyValue("topic", due.settled().queue().topic())
                .addKeyValue("offset", due.offset())
                .log("message in flight is gone");
        underWay.incrementAndGet();
        appends.append(List.of(due.settled()), true).whenComplete((outcome, fault) -> {
            underWay.decrementAndGet();
            if (outcome instanceof AppendOutcome.Appended) {
                counters.lost.increment();
            } else {
                putOff(due);
            }
        });
    }

    private void store(InFlight.Due due, StoredMessage message, GroupConfig group) {
        QueueKey key = due.settled().queue();
        String retryTopic = TopicNames.isRetry(key.topic())
                ? key.topic()
                : TopicNames.popRetryTopic(key.consumerGroup(), key.topic());
        boolean isDead = message.timesConsumed() >= group.retriesMax()
                || retryTopic.length() > TOPIC_LENGTH_MAX
                || !RetryRecords.isRetriable(message);
        RetryRecords.Target target = isDead
                ? deadLetter(key, message)
                : retry(retryTopic, message, due.settled().takenMs());
        if (topics.putIfAbsent(TopicConfig.of(target.topic(), 1, Permission.READ_WRITE))) {
            surroundings.onTopicChange.run();
            parked.wakeAll(key.consumerGroup(), originTopic(key));
        }
        PopAppends.Message copy = new PopAppends.Message(
                RetryRecords.encode(message, surroundings.storeHost, target), store.queue(target.topic(), 0));
        underWay.incrementAndGet();
        appends.append(copy, due.settled()).whenComplete((outcome, fault) -> {
            underWay.decrementAndGet();
            if (!(outcome instanceof AppendOutcome.Appended)) {
                putOff(due);
            } else if (isDead) {
                counters.dead.increment();
            } else {
                counters.retried.increment();
            }
        });
    }

    private static RetryRecords.Target retry(String topic, StoredMessage message, long takenMs) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        if (message.timesConsumed() == 0) {
            properties.remove(PropertyNames.FIRST_POP_TIME);
        }
        properties.putIfAbsent(PropertyNames.FIRST_POP_TIME, Long.toString(takenMs));
        return new RetryRecords.Target(topic, 0, properties, message.timesConsumed() + 1);
    }

    private static RetryRecords.Target deadLetter(QueueKey key, StoredMessage message) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        if (RetryRecords.isRetriable(message)) {
            String id = OffsetMessageId.of(
                    OffsetMessageId.hostField(message.stored().host()),
                    message.place().position());
            properties.putIfAbsent(PropertyNames.RETRY_TOPIC, originTopic(key));
            properties.putIfAbsent(PropertyNames.ORIGIN_MESSAGE_ID, id);
            properties.put(PropertyNames.DEAD_LETTER_ORIGIN_TOPIC, originTopic(key));
            properties.put(PropertyNames.DEAD_LETTER_ORIGIN_MESSAGE_ID, id);
        }
        return new RetryRecords.Target(
                TopicNames.deadLetterTopic(key.consumerGroup()), 0, properties, message.timesConsumed() + 1);
    }

    /** The topic that a message of a queue was sent to. */
    private static String originTopic(QueueKey key) {
        for (String prefix : List.of(
                TopicNames.popRetryTopic(key.consumerGroup(), ""),
                TopicNames.popRetryTopicV2(key.consumerGroup(), ""))) {
            if (key.topic().startsWith(prefix)) {
                return key.topic().substring(prefix.length());
            }
        }
        return key.topic();
    }
}
