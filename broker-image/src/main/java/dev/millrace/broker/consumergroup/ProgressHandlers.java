package dev.millrace.broker.consumergroup;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.metrics.Deliveries;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.BrokerConsumeStats;
import dev.millrace.protocol.body.ConsumeStats;
import dev.millrace.protocol.body.GroupList;
import dev.millrace.protocol.body.GroupSubscription;
import dev.millrace.protocol.body.QueueProgress;
import dev.millrace.protocol.body.QueueTimeSpans;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.command.GroupRequest.GetBrokerConsumeStats;
import dev.millrace.protocol.command.GroupRequest.GetConsumeStats;
import dev.millrace.protocol.command.GroupRequest.QuerySubscription;
import dev.millrace.protocol.command.GroupRequest.QueryTimeSpan;
import dev.millrace.protocol.command.GroupRequest.QueryTopicsByConsumer;
import dev.millrace.protocol.command.TopicRequest.QueryTopicConsumers;
import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Shows how far consumer groups are, and who uses which topic.
 *
 * <p>Thread-safe: no state of its own. Looks into files, so it runs on the admin executor.
 */
public final class ProgressHandlers {
    private final Parts parts;

    /** @param brokerAddress {@code host:port} */
    public record Parts(
            TopicTable topics,
            GroupTable groups,
            Members members,
            ConsumerOffsetTable offsets,
            Deliveries deliveries,
            MessageStore store,
            String brokerName,
            String brokerAddress,
            InstantSource clock) {}

    public ProgressHandlers(Parts parts) {
        this.parts = parts;
    }

    public Reply progress(GetConsumeStats request, Caller caller) {
        return Reply.json(stats(request.consumerGroup(), topicsOf(request)));
    }

    private ConsumeStats stats(String consumerGroup, Set<String> topics) {
        Map<MessageQueue, QueueProgress> table = new LinkedHashMap<>();
        double tps = 0;
        for (String topic : topics) {
            TopicConfig config = parts.topics.get(topic);
            for (int queueId = 0; config != null && queueId < config.readQueueNums(); queueId++) {
                table.put(new MessageQueue(parts.brokerName, queueId, topic), progress(consumerGroup, topic, queueId));
            }
            tps += parts.deliveries.messagesPerSecond(consumerGroup, topic);
        }
        return new ConsumeStats(tps, table);
    }

    private Set<String> topicsOf(GetConsumeStats request) {
        String list = request.topicList();
        if (list != null && !list.isBlank()) {
            return new TreeSet<>(List.of(list.split(";", -1)));
        }
        String topic = request.topic();
        return topic != null && !topic.isBlank() ? Set.of(topic) : currentTopics(request.consumerGroup());
    }

    /** Topics that a group has offsets of; while it is online, only those that it still subscribes. */
    private Set<String> currentTopics(String consumerGroup) {
        ConsumerGroup group = parts.members.consumerGroup(consumerGroup);
        Set<String> known = parts.offsets.topics(consumerGroup);
        if (group == null || group.subscriptions().isEmpty()) {
            return known;
        }
        return known.stream()
                .filter(topic -> group.subscription(topic) != null)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private QueueProgress progress(String consumerGroup, String topic, int queueId) {
        Optional<QueueLog> queue = parts.store.existingQueue(topic, queueId);
        long brokerOffset = queue.map(QueueLog::maxOffset).orElse(0L);
        long consumerOffset = parts.offsets.find(consumerGroup, topic, queueId).orElse(0);
        long pulledOffset = parts.deliveries.pulledTo(consumerGroup, topic, queueId);
        return new QueueProgress(
                brokerOffset,
                consumerOffset,
                consumerOffset > 0 ? timeAt(queue, consumerOffset - 1) : 0,
                Math.max(consumerOffset, pulledOffset));
    }

    private static long timeAt(Optional<QueueLog> queue, long queueOffset) {
        return Math.max(0, queue.map(log -> log.storeTimeAt(queueOffset)).orElse(0L));
    }

    /** How far all groups are, for topics with or without the mark "ordered". */
    public Reply brokerProgress(GetBrokerConsumeStats request, Caller caller) {
        boolean isOrdered = Boolean.TRUE.equals(request.isOrder());
        List<Map<String, List<ConsumeStats>>> all = new ArrayList<>();
        long lag = 0;
        long inFlight = 0;
        Set<String> names =
                new TreeSet<>(parts.groups.snapshot().subscriptionGroupTable().keySet());
        for (String name : names) {
            List<ConsumeStats> ofGroup = new ArrayList<>();
            for (String topic : currentTopics(name)) {
                TopicConfig config = parts.topics.get(topic);
                if (config != null && config.order() == isOrdered) {
                    ofGroup.add(stats(name, Set.of(topic)));
                }
            }
            if (!ofGroup.isEmpty()) {
                all.add(Map.of(name, ofGroup));
            }
            for (ConsumeStats stats : ofGroup) {
                for (QueueProgress queue : stats.offsetTable().values()) {
                    lag += queue.brokerOffset() - queue.consumerOffset();
                    inFlight += queue.pullOffset() - queue.consumerOffset();
                }
            }
        }
        return Reply.json(new BrokerConsumeStats(parts.brokerAddress, all, lag, inFlight));
    }

    public Reply timeSpan(QueryTimeSpan request, Caller caller) {
        TopicConfig topic = parts.topics
                .find(request.topic())
                .orElseThrow(() ->
                        new RequestFailure(ResponseCode.TOPIC_NOT_EXIST, "topic[" + request.topic() + "] not exist"));
        Set<QueueTimeSpans.Span> spans = new LinkedHashSet<>();
        for (int queueId = 0; queueId < topic.queueCount(); queueId++) {
            Optional<QueueLog> queue = parts.store.existingQueue(request.topic(), queueId);
            long min = Math.max(0, queue.map(QueueLog::minOffset).orElse(0L));
            long max = queue.map(QueueLog::maxOffset).orElse(0L);
            long next = parts.offsets
                    .find(request.group(), request.topic(), queueId)
                    .orElse(0);
            long firstMs = max > min ? timeAt(queue, min) : -1;
            long lastMs = max > min ? timeAt(queue, max - 1) : -1;
            long consumedMs = next > min ? timeAt(queue, next - 1) : firstMs;
            long waitsMs = next < max ? parts.clock.millis() - timeAt(queue, Math.max(min, next)) : 0;
            spans.add(new QueueTimeSpans.Span(
                    consumedMs,
                    Math.max(0, waitsMs),
                    lastMs,
                    new MessageQueue(parts.brokerName, queueId, request.topic()),
                    firstMs));
        }
        return Reply.json(new QueueTimeSpans(spans));
    }

    /** Consumer groups that are connected and subscribe a topic, or have offsets of it. */
    public Reply topicConsumers(QueryTopicConsumers request, Caller caller) {
        Set<String> names = new TreeSet<>(parts.offsets.consumerGroups(request.topic()));
        for (ConsumerGroup group : parts.members.consumerGroups()) {
            if (group.subscription(request.topic()) != null) {
                names.add(group.name());
            }
        }
        return Reply.json(new GroupList(names));
    }

    public Reply topicsByConsumer(QueryTopicsByConsumer request, Caller caller) {
        return Reply.json(new TopicList(null, parts.offsets.topics(request.group())));
    }

    public Reply subscription(QuerySubscription request, Caller caller) {
        ConsumerGroup group = parts.members.consumerGroup(request.group());
        String topic = request.topic();
        Subscription found = group == null || topic == null ? null : group.subscription(topic);
        return Reply.json(new GroupSubscription(request.group(), found == null ? null : found.data(), topic));
    }
}
