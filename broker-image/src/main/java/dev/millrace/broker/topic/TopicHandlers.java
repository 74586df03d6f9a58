package dev.millrace.broker.topic;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.body.TopicStats;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.command.TopicRequest.CleanUnusedTopics;
import dev.millrace.protocol.command.TopicRequest.DeleteTopic;
import dev.millrace.protocol.command.TopicRequest.GetAllTopicConfig;
import dev.millrace.protocol.command.TopicRequest.GetSystemTopicsOfBroker;
import dev.millrace.protocol.command.TopicRequest.GetTopicConfig;
import dev.millrace.protocol.command.TopicRequest.GetTopicStats;
import dev.millrace.protocol.command.TopicRequest.UpdateTopic;
import dev.millrace.protocol.command.TopicRequest.UpdateTopics;
import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates, changes, deletes and shows topics.
 *
 * <p>Thread-safe: no state of its own. Changes write a file, so they run on the admin executor.
 */
public final class TopicHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(TopicHandlers.class);
    private static final int QUEUES_MAX = 65_536;

    private final TopicTable topics;
    private final MessageStore store;
    private final String brokerName;
    private final Runnable onChange;
    private final Consumer<String> onDelete;
    private final ToDoubleFunction<String> putsPerSecond;

    /**
     * @param onChange tells the NameServers and returns when they know
     * @param onDelete forgets what is kept for a topic
     * @param putsPerSecond how fast a topic gets messages
     */
    public TopicHandlers(
            TopicTable topics,
            MessageStore store,
            String brokerName,
            Runnable onChange,
            Consumer<String> onDelete,
            ToDoubleFunction<String> putsPerSecond) {
        this.topics = topics;
        this.store = store;
        this.brokerName = brokerName;
        this.onChange = onChange;
        this.onDelete = onDelete;
        this.putsPerSecond = putsPerSecond;
    }

    public Reply update(UpdateTopic request, Caller caller) {
        String topic = request.topic();
        Map<String, String> attributes =
                topics.find(topic).map(TopicConfig::attributes).orElse(Map.of());
        if (request.attributes() != null) {
            attributes = Attributes.apply(attributes, request.attributes());
        }
        TopicConfig config = new TopicConfig(
                attributes,
                request.order(),
                request.perm(),
                request.readQueueNums(),
                request.topicFilterType(),
                topic,
                request.topicSysFlag() == null ? 0 : request.topicSysFlag(),
                request.writeQueueNums());
        return updateAll(List.of(config));
    }

    public Reply updateAll(UpdateTopics request, Caller caller) {
        return updateAll(request.configs().topicConfigList());
    }

    /** Changes all or, if one of them has a fault, none. */
    private Reply updateAll(List<TopicConfig> configs) {
        configs.forEach(TopicHandlers::check);
        configs.forEach(config -> refuse(windowFault(config)));
        boolean isChanged = false;
        for (TopicConfig config : configs) {
            if (topics.put(config)) {
                isChanged = true;
                LOG.atInfo().addKeyValue("topic", config.topicName()).log("topic defined: {}", config);
            }
        }
        if (isChanged) {
            onChange.run();
        }
        return Reply.success();
    }

    private static void check(TopicConfig config) {
        String topic = config.topicName();
        refuse(TopicNames.topicFault(topic));
        if (TopicNames.isSystem(topic)) {
            refuse(Optional.of("the topic[" + topic + "] is conflict with system topic; take another name"));
        }
        refuse(countFault("read", config.readQueueNums()));
        refuse(countFault("write", config.writeQueueNums()));
        if (!Permission.isValid(config.perm())) {
            refuse(Optional.of("permission " + config.perm() + " is outside 0..7; use 2 W, 4 R, 6 RW"));
        }
    }

    /** A window may be impossible; and all of a broker together have a bound, since they are kept in its memory. */
    private Optional<String> windowFault(TopicConfig config) {
        long wanted;
        try {
            wanted = WindowSetting.of(config.attributes())
                    .map(WindowSetting::countMax)
                    .orElse(0);
        } catch (IllegalArgumentException e) {
            return Optional.of("attribute " + e.getMessage());
        }
        long others = 0;
        for (TopicConfig other : topics.snapshot().topicConfigTable().values()) {
            if (wanted > 0 && !other.topicName().equals(config.topicName())) {
                others += WindowSetting.ofStored(other.attributes())
                        .map(WindowSetting::countMax)
                        .orElse(0);
            }
        }
        return wanted + others <= WindowSetting.COUNT_TOTAL_MAX
                ? Optional.empty()
                : Optional.of(
                        "a window of " + wanted + " messages and the " + others + " of other topics are more than "
                                + WindowSetting.COUNT_TOTAL_MAX + " on one broker; lower " + WindowSetting.COUNT);
    }

    private static Optional<String> countFault(String what, int count) {
        return count >= 1 && count <= QUEUES_MAX
                ? Optional.empty()
                : Optional.of(what + " queue count " + count + " is outside 1.." + QUEUES_MAX);
    }

    private static void refuse(Optional<String> fault) {
        fault.ifPresent(text -> {
            throw new RequestFailure(ResponseCode.INVALID_PARAMETER, text);
        });
    }

    public Reply delete(DeleteTopic request, Caller caller) {
        String topic = request.topic();
        refuse(TopicNames.topicFault(topic));
        if (TopicNames.isSystem(topic)) {
            refuse(Optional.of("the topic[" + topic + "] is a system topic and stays"));
        }
        if (topics.remove(topic)) {
            LOG.atInfo().addKeyValue("topic", topic).log("topic deleted");
            store.deleteTopic(topic);
            onDelete.accept(topic);
            onChange.run();
        }
        return Reply.success();
    }

    public Reply get(GetTopicConfig request, Caller caller) {
        return topics.find(request.topic())
                .map(Reply::json)
                .orElseGet(() -> Reply.failure(
                        ResponseCode.TOPIC_NOT_EXIST, "no topic " + request.topic() + " on broker " + brokerName));
    }

    /** All topics, or a page of them in the order of their names. */
    public Reply all(GetAllTopicConfig request, Caller caller) {
        TopicConfigTable table = topics.snapshot();
        Integer from = request.topicSeq();
        Integer count = request.maxTopicNum();
        int total = table.topicConfigTable().size();
        if (from != null && count != null) {
            Map<String, TopicConfig> page = new TreeMap<>(table.topicConfigTable())
                    .entrySet().stream()
                            .skip(Math.max(0, from))
                            .limit(Math.max(0, count))
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
            table = new TopicConfigTable(table.version(), page);
        }
        return Reply.json(table).withHeader(new ReplyHeader.TotalTopicsReply(total));
    }

    public Reply stats(GetTopicStats request, Caller caller) {
        Optional<TopicConfig> topic = topics.find(request.topic());
        if (topic.isEmpty()) {
            return Reply.failure(ResponseCode.TOPIC_NOT_EXIST, "topic[" + request.topic() + "] not exist");
        }
        Map<MessageQueue, TopicStats.QueueStats> table = new LinkedHashMap<>();
        for (int queueId = 0; queueId < topic.get().queueCount(); queueId++) {
            Optional<QueueLog> queue = store.existingQueue(request.topic(), queueId);
            long max = queue.map(QueueLog::maxOffset).orElse(0L);
            long min = queue.map(QueueLog::minOffset).orElse(0L);
            long time = max > 0 ? queue.map(log -> log.storeTimeAt(max - 1)).orElse(0L) : 0L;
            table.put(
                    new MessageQueue(brokerName, queueId, request.topic()),
                    new TopicStats.QueueStats(time, max, Math.max(0, min)));
        }
        return Reply.json(new TopicStats(table, putsPerSecond.applyAsDouble(request.topic())));
    }

    /** Queues of a topic go with the topic, and those that hold nothing go by themselves: there is nothing left to do. */
    public Reply cleanUnused(CleanUnusedTopics request, Caller caller) {
        return Reply.success();
    }

    public Reply systemTopics(GetSystemTopicsOfBroker request, Caller caller) {
        TreeSet<String> names = topics.snapshot().topicConfigTable().keySet().stream()
                .filter(TopicNames::isSystem)
                .collect(Collectors.toCollection(TreeSet::new));
        return Reply.json(new TopicList(null, names));
    }
}
