package dev.millrace.broker.send;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.Handler;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.metrics.BrokerCounters;
import dev.millrace.broker.metrics.Deliveries;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.ProtocolVersion;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.command.MemberRequest.SendBack;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.DelayLevels;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Stores a message again for a consumer group that could not handle it: in its retry topic after a delay, or in its
 * dead-letter topic after the last attempt.
 *
 * <p>Thread-safe. May create topics, so it runs on the admin executor.
 */
final class SendBackHandler implements Handler<SendBack> {
    /** The first retry waits as long as this level: 10 s. */
    private static final int FIRST_LEVEL = 3;

    private final MessageStore store;
    private final GroupTable groups;
    private final TopicCreation creation;
    private final InternalSends sends;
    private final BrokerCounters counters;
    private final Deliveries deliveries;
    private final InstantSource clock;

    SendBackHandler(SendParts parts, GroupTable groups, InternalSends sends, InstantSource clock) {
        this.store = parts.store();
        this.creation = parts.creation();
        this.counters = parts.counters();
        this.deliveries = parts.deliveries();
        this.groups = groups;
        this.sends = sends;
        this.clock = clock;
    }

    @Override
    public void handle(SendBack request, Caller caller) {
        GroupConfig group = groups.findOrCreate(request.group())
                .orElseThrow(() -> new RequestFailure(
                        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                        "subscription group not exist, " + request.group() + "; create it or start a consumer of it"));
        if (group.retryQueueCount() <= 0) {
            caller.reply(Reply.success());
            return;
        }
        StoredMessage message = message(request.offset());
        boolean clientDecides = caller.version() >= ProtocolVersion.V3_4_9 && request.maxReconsumeTimes() != null;
        Integer wanted = request.maxReconsumeTimes();
        int timesMax = clientDecides && wanted != null ? wanted : group.retriesMax();
        boolean isDead = message.timesConsumed() >= timesMax || request.delayLevel() < 0;
        InternalSends.Target target = isDead ? deadLetter(request, message) : retry(request, group, message);
        sends.append(message, target).thenAccept(outcome -> {
            counters.sentBack();
            deliveries.sentBack(request.group(), message.place().topic());
            caller.reply(
                    outcome instanceof AppendOutcome.Appended
                            ? Reply.success()
                            : Reply.failure(SendFailures.code(outcome), SendFailures.remark(outcome)));
        });
    }

    private StoredMessage message(long position) {
        try (LogSlice record = store.recordAt(position)
                .orElseThrow(() -> new RequestFailure(
                        ResponseCode.SYSTEM_ERROR,
                        "look message by offset failed, " + position + "; it is not in the log any more"))) {
            return StoredMessage.decode(record.bytes(), 0);
        }
    }

    private static String offsetId(StoredMessage message) {
        byte[] storeHost = OffsetMessageId.hostField(message.stored().host());
        return OffsetMessageId.of(storeHost, message.place().position());
    }

    private static Map<String, String> properties(StoredMessage message) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        properties.putIfAbsent(PropertyNames.RETRY_TOPIC, message.place().topic());
        properties.putIfAbsent(PropertyNames.ORIGIN_MESSAGE_ID, offsetId(message));
        return properties;
    }

    private InternalSends.Target deadLetter(SendBack request, StoredMessage message) {
        String topic = TopicNames.deadLetterTopic(request.group());
        creation.ensure(TopicConfig.of(topic, 1, Permission.READ_WRITE));
        Map<String, String> properties = properties(message);
        properties.remove(PropertyNames.DELAY);
        properties.put(PropertyNames.DEAD_LETTER_ORIGIN_TOPIC, message.place().topic());
        properties.put(PropertyNames.DEAD_LETTER_ORIGIN_MESSAGE_ID, offsetId(message));
        return new InternalSends.Target(topic, 0, properties, message.timesConsumed() + 1);
    }

    private InternalSends.Target retry(SendBack request, GroupConfig group, StoredMessage message) {
        String topic = TopicNames.retryTopic(request.group());
        TopicConfig retries = creation.ensure(TopicConfig.of(topic, group.retryQueueCount(), Permission.READ_WRITE));
        int queueId = ThreadLocalRandom.current().nextInt(Math.max(1, retries.readQueueNums()));
        Map<String, String> properties = properties(message);
        int times = message.timesConsumed();
        long pauseMs = request.delayLevel() == 0 ? group.retryPauseMs(times) : -1;
        if (pauseMs == 0) {
            properties.remove(PropertyNames.DELAY);
            return new InternalSends.Target(topic, queueId, properties, times + 1);
        }
        properties.put(PropertyNames.REAL_TOPIC, topic);
        properties.put(PropertyNames.REAL_QUEUE_ID, Integer.toString(queueId));
        if (pauseMs > 0) {
            properties.remove(PropertyNames.DELAY);
            properties.put(PropertyNames.TIMER_DUE_MS, Long.toString(clock.millis() + pauseMs));
            return new InternalSends.Target(TopicNames.TIMER, 0, properties, times + 1);
        }
        int level =
                Math.min(request.delayLevel() == 0 ? FIRST_LEVEL + times : request.delayLevel(), DelayLevels.count());
        properties.put(PropertyNames.DELAY, Integer.toString(level));
        return new InternalSends.Target(TopicNames.SCHEDULE, DelayLevels.queueId(level), properties, times + 1);
    }
}
