package dev.millrace.broker.consumergroup;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.AllProducers;
import dev.millrace.protocol.body.ConnectionInfo;
import dev.millrace.protocol.body.ConsumerConnections;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.body.GroupConfigTable;
import dev.millrace.protocol.body.GroupForbidden;
import dev.millrace.protocol.body.ProducerConnections;
import dev.millrace.protocol.body.RetryPolicy;
import dev.millrace.protocol.body.SubscriptionData;
import dev.millrace.protocol.command.GroupRequest.DeleteGroup;
import dev.millrace.protocol.command.GroupRequest.ForbidTopic;
import dev.millrace.protocol.command.GroupRequest.GetAllGroupConfig;
import dev.millrace.protocol.command.GroupRequest.GetAllProducers;
import dev.millrace.protocol.command.GroupRequest.GetConsumerConnections;
import dev.millrace.protocol.command.GroupRequest.GetGroupConfig;
import dev.millrace.protocol.command.GroupRequest.GetProducerConnections;
import dev.millrace.protocol.command.GroupRequest.UpdateGroup;
import dev.millrace.protocol.command.GroupRequest.UpdateGroups;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Creates, deletes and shows consumer groups and their connections.
 *
 * <p>Thread-safe: no state of its own. Changes write a file, so they run on the admin executor.
 */
public final class GroupHandlers {
    private static final List<String> LANGUAGES = List.of(
            "JAVA", "CPP", "DOTNET", "PYTHON", "DELPHI", "ERLANG", "RUBY", "OTHER", "HTTP", "GO", "PHP", "OMS", "RUST",
            "NODE_JS");

    private static final int RETRY_QUEUES_MAX = 1024;

    private final GroupTable groups;
    private final TopicTable topics;
    private final Members members;
    private final Consumer<String> onClean;
    private final String brokerName;
    private final InstantSource clock;
    private final Runnable onTopicChange;

    /**
     * @param onClean forgets where a group stands
     * @param onTopicChange tells the NameServers; may block
     */
    public GroupHandlers(
            GroupTable groups,
            TopicTable topics,
            Members members,
            Consumer<String> onClean,
            String brokerName,
            InstantSource clock,
            Runnable onTopicChange) {
        this.groups = groups;
        this.topics = topics;
        this.members = members;
        this.onClean = onClean;
        this.brokerName = brokerName;
        this.clock = clock;
        this.onTopicChange = onTopicChange;
    }

    public Reply update(UpdateGroup request, Caller caller) {
        return updateAll(List.of(request.config()));
    }

    public Reply updateAll(UpdateGroups request, Caller caller) {
        return updateAll(request.configs().groupConfigList());
    }

    /** Changes all or, if one of them has a fault, none. */
    private Reply updateAll(List<GroupConfig> configs) {
        for (GroupConfig config : configs) {
            Optional<String> fault = fault(config);
            if (fault.isPresent()) {
                return Reply.failure(ResponseCode.INVALID_PARAMETER, fault.get());
            }
        }
        configs.forEach(this::update);
        return Reply.success();
    }

    private static Optional<String> fault(GroupConfig config) {
        int queues = config.retryQueueCount();
        if (queues > RETRY_QUEUES_MAX) {
            return Optional.of("retryQueueNums " + queues + " of consumer group " + config.groupName()
                    + " is too large; give at most " + RETRY_QUEUES_MAX);
        }
        RetryPolicy policy = config.groupRetryPolicy();
        Optional<String> policyFault = policy == null ? Optional.empty() : Optional.ofNullable(policy.fault());
        return TopicNames.groupFault(config.groupName()).or(() -> policyFault);
    }

    private void update(GroupConfig config) {
        groups.put(config);
        TopicConfig retries = topics.get(TopicNames.retryTopic(config.groupName()));
        if (retries != null && retries.queueCount() < config.retryQueueCount()) {
            topics.put(TopicConfig.of(retries.topicName(), config.retryQueueCount(), retries.perm()));
            onTopicChange.run();
        }
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
            onClean.accept(request.groupName());
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
                        member.connection().remoteAddress(), member.clientId(), languageOf(member), member.version()))
                .collect(Collectors.toSet());
    }

    private static @Nullable String languageOf(Member member) {
        boolean isKnown = member.language() >= 0 && member.language() < LANGUAGES.size();
        return isKnown ? LANGUAGES.get(member.language()) : null;
    }

    /** The producers of all groups. */
    public Reply allProducers(GetAllProducers request, Caller caller) {
        long nowNanos = members.nowNanos();
        long nowMs = clock.millis();
        Map<String, List<AllProducers.Client>> table = new TreeMap<>();
        members.producers().forEach((group, clients) -> {
            if (!clients.isEmpty()) {
                table.put(
                        group,
                        clients.stream()
                                .map(each -> new AllProducers.Client(
                                        each.clientId(),
                                        languageOf(each),
                                        nowMs - TimeUnit.NANOSECONDS.toMillis(nowNanos - each.lastSeenNanos()),
                                        each.connection().remoteAddress(),
                                        each.version()))
                                .toList());
            }
        });
        return table.isEmpty()
                ? Reply.failure(ResponseCode.SYSTEM_ERROR, "no producer is connected to broker " + brokerName)
                : Reply.json(new AllProducers(table));
    }

    /** Allows or forbids a group to read a topic if that is asked for; says whether it may. */
    public Reply forbid(ForbidTopic request, Caller caller) {
        if (groups.find(request.group()).isEmpty()) {
            return missing(request.group());
        }
        Boolean readable = request.readable();
        if (readable != null) {
            groups.setReadable(request.group(), request.topic(), readable);
        }
        return Reply.json(new GroupForbidden(
                request.group(), !groups.isForbidden(request.group(), request.topic()), request.topic()));
    }
}
