package dev.millrace.broker.consumergroup;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.ConnectionInfo;
import dev.millrace.protocol.body.ConsumeStats;
import dev.millrace.protocol.body.ConsumerConnections;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.body.GroupConfigTable;
import dev.millrace.protocol.body.GroupList;
import dev.millrace.protocol.body.ProducerConnections;
import dev.millrace.protocol.body.QueueProgress;
import dev.millrace.protocol.body.SubscriptionData;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.command.GroupRequest.DeleteGroup;
import dev.millrace.protocol.command.GroupRequest.GetAllGroupConfig;
import dev.millrace.protocol.command.GroupRequest.GetConsumeStats;
import dev.millrace.protocol.command.GroupRequest.GetConsumerConnections;
import dev.millrace.protocol.command.GroupRequest.GetGroupConfig;
import dev.millrace.protocol.command.GroupRequest.GetProducerConnections;
import dev.millrace.protocol.command.GroupRequest.QueryTopicsByConsumer;
import dev.millrace.protocol.command.GroupRequest.UpdateGroup;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.command.TopicRequest.QueryTopicConsumers;
import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Creates, deletes and shows consumer groups, their connections and their progress.
 *
 * <p>Thread-safe: no state of its own. Changes write a file, so they run on the admin executor.
 */
public final class GroupHandlers {
    private static final List<String> LANGUAGES = List.of(
            "JAVA", "CPP", "DOTNET", "PYTHON", "DELPHI", "ERLANG", "RUBY", "OTHER", "HTTP", "GO", "PHP", "OMS", "RUST",
            "NODE_JS");

    private final GroupTable groups;
    private final TopicTable topics;
    private final Members members;
    private final ConsumerOffsetTable offsets;
    private final MessageStore store;
    private final String brokerName;

    public GroupHandlers(
            GroupTable groups,
            TopicTable topics,
            Members members,
            ConsumerOffsetTable offsets,
            MessageStore store,
            String brokerName) {
        this.groups = groups;
        this.topics = topics;
        this.members = members;
        this.offsets = offsets;
        this.store = store;
        this.brokerName = brokerName;
    }

    public Reply update(UpdateGroup request, Caller caller) {
        GroupConfig config = request.config();
        Optional<String> fault = TopicNames.groupFault(String.valueOf(config.groupName()));
        if (fault.isPresent()) {
            return Reply.failure(ResponseCode.INVALID_PARAMETER, fault.get());
        }
        groups.put(config);
        return Reply.success();
    }

    public Reply get(GetGroupConfig request, Caller caller) {
        return groups.find(request.group()).map(Reply::json).orElseGet(() -> missing(request.group()));
    }

    private Reply missing(String consumerGroup) {
        return Reply.failure(
                ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                "no consumer group " + consumerGroup + " on broker " + brokerName + "; create it first");
    }

    public Reply all(GetAllGroupConfig request, Caller caller) {
        GroupConfigTable table = groups.snapshot();
        Integer from = request.groupSeq();
        Integer count = request.maxGroupNum();
        int total = table.subscriptionGroupTable().size();
        if (from != null && count != null) {
            Map<String, GroupConfig> page = new TreeMap<>(table.subscriptionGroupTable())
                    .entrySet().stream()
                            .skip(Math.max(0, from))
                            .limit(Math.max(0, count))
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
            table = new GroupConfigTable(table.dataVersion(), table.forbiddenTable(), page);
        }
        return Reply.json(table).withHeader(new ReplyHeader.TotalGroupsReply(total));
    }

    public Reply delete(DeleteGroup request, Caller caller) {
        groups.remove(request.groupName());
        if (Boolean.TRUE.equals(request.cleanOffset())) {
            offsets.removeConsumerGroup(request.groupName());
        }
        return Reply.success();
    }

    public Reply consumerConnections(GetConsumerConnections request, Caller caller) {
        ConsumerGroup group = members.consumerGroup(request.consumerGroup());
        if (group == null || group.members().isEmpty()) {
            return Reply.failure(
                    ResponseCode.CONSUMER_NOT_ONLINE,
                    "the consumer group[" + request.consumerGroup() + "] not online; start a consumer of it");
        }
        Map<String, SubscriptionData> subscriptions = new TreeMap<>();
        group.subscriptions().forEach((topic, subscription) -> subscriptions.put(topic, subscription.data()));
        return Reply.json(new ConsumerConnections(
                connections(group.members()),
                group.lastData().consumeFromWhere(),
                group.lastData().consumeType(),
                group.lastData().messageModel(),
                subscriptions));
    }

    public Reply producerConnections(GetProducerConnections request, Caller caller) {
        Collection<Member> producers =
                members.producers(request.producerGroup()).values();
        return producers.isEmpty()
                ? Reply.failure(
                        ResponseCode.SYSTEM_ERROR,
                        "the producer group[" + request.producerGroup() + "] not exist; start a producer of it")
                : Reply.json(new ProducerConnections(connections(producers)));
    }

    private static Set<ConnectionInfo> connections(Collection<Member> members) {
        return members.stream()
                .map(member -> new ConnectionInfo(
                        member.connection().remoteAddress(),
                        member.clientId(),
                        member.language() >= 0 && member.language() < LANGUAGES.size()
                                ? LANGUAGES.get(member.language())
                                : null,
                        member.version()))
                .collect(Collectors.toSet());
    }

    public Reply progress(GetConsumeStats request, Caller caller) {
        Map<MessageQueue, QueueProgress> table = new LinkedHashMap<>();
        for (String topic : topicsOf(request)) {
            TopicConfig config = topics.get(topic);
            for (int queueId = 0; config != null && queueId < config.readQueueNums(); queueId++) {
                table.put(
                        new MessageQueue(brokerName, queueId, topic),
                        progress(request.consumerGroup(), topic, queueId));
            }
        }
        return Reply.json(new ConsumeStats(0.0, table));
    }

    private Set<String> topicsOf(GetConsumeStats request) {
        String list = request.topicList();
        if (list != null && !list.isBlank()) {
            return new TreeSet<>(List.of(list.split(";", -1)));
        }
        String topic = request.topic();
        return topic != null && !topic.isBlank() ? Set.of(topic) : offsets.topics(request.consumerGroup());
    }

    private QueueProgress progress(String consumerGroup, String topic, int queueId) {
        Optional<QueueLog> queue = store.existingQueue(topic, queueId);
        long brokerOffset = queue.map(QueueLog::maxOffset).orElse(0L);
        long consumerOffset = offsets.find(consumerGroup, topic, queueId).orElse(0);
        long lastTime = consumerOffset > 0
                ? queue.map(log -> log.storeTimeAt(consumerOffset - 1)).orElse(0L)
                : 0L;
        return new QueueProgress(brokerOffset, consumerOffset, Math.max(0, lastTime), consumerOffset);
    }

    /** Consumer groups that are connected and subscribe a topic, or have offsets of it. */
    public Reply topicConsumers(QueryTopicConsumers request, Caller caller) {
        Set<String> names = new TreeSet<>(offsets.consumerGroups(request.topic()));
        for (ConsumerGroup group : members.consumerGroups()) {
            if (group.subscription(request.topic()) != null) {
                names.add(group.name());
            }
        }
        return Reply.json(new GroupList(names));
    }

    public Reply topicsByConsumer(QueryTopicsByConsumer request, Caller caller) {
        return Reply.json(new TopicList(null, offsets.topics(request.group())));
    }
}
