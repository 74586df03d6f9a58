package dev.millrace.broker.consumergroup;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.filter.FilterOutcome;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.body.ConsumerList;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.LockedQueues;
import dev.millrace.protocol.body.ProducerData;
import dev.millrace.protocol.body.QueueLocks;
import dev.millrace.protocol.body.SubscriptionData;
import dev.millrace.protocol.command.MemberRequest.CheckClientConfig;
import dev.millrace.protocol.command.MemberRequest.GetConsumerList;
import dev.millrace.protocol.command.MemberRequest.Heartbeat;
import dev.millrace.protocol.command.MemberRequest.LockQueues;
import dev.millrace.protocol.command.MemberRequest.UnlockQueues;
import dev.millrace.protocol.command.MemberRequest.UnregisterClient;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What clients tell of themselves: heartbeats, ends, queue locks, subscriptions to check.
 *
 * <p>Thread-safe: no state of its own.
 */
public final class MemberHandlers {
    private final Members members;
    private final QueueLockTable locks;
    private final GroupTable groups;
    private final TopicTable topics;
    private final Runnable onTopicChange;

    public MemberHandlers(
            Members members, QueueLockTable locks, GroupTable groups, TopicTable topics, Runnable onTopicChange) {
        this.members = members;
        this.locks = locks;
        this.groups = groups;
        this.topics = topics;
        this.onTopicChange = onTopicChange;
    }

    /** May create the group and its retry topic, so it runs on the admin executor. */
    public Reply heartbeat(Heartbeat request, Caller caller) {
        HeartbeatData data = request.data();
        Member member = new Member(
                caller.connection(), data.clientID(), caller.language(), caller.version(), members.nowNanos());
        for (ProducerData producer : data.producerDataSet()) {
            members.producer(producer.groupName(), member);
        }
        for (ConsumerData consumer : data.consumerDataSet()) {
            heartbeat(consumer, member);
        }
        ReplyHeader header = new ReplyHeader.HeartbeatReply(false, false);
        return new Reply(ResponseCode.SUCCESS, remarks(data), header, ReplyBody.EMPTY);
    }

    /** What clients ought to log of their groups; null if all is well. */
    private @Nullable String remarks(HeartbeatData data) {
        String text = data.consumerDataSet().stream()
                .flatMap(consumer -> remark(consumer.groupName()).stream())
                .collect(Collectors.joining("; "));
        return text.isEmpty() ? null : text;
    }

    /** That there is no such group, or how its members subscribe differently. */
    private Optional<String> remark(String consumerGroup) {
        if (groups.find(consumerGroup).isEmpty()) {
            return Optional.of(TopicNames.groupFault(consumerGroup)
                    .orElse("there is no consumer group " + consumerGroup
                            + "; create it, or set broker.auto-create-groups=true"));
        }
        return members.findConsumerGroup(consumerGroup)
                .flatMap(ConsumerGroup::conflict)
                .map(conflict -> "consumers of group " + consumerGroup + " subscribe differently: " + conflict
                        + "; subscribe alike, or use two groups");
    }

    private void heartbeat(ConsumerData consumer, Member member) {
        GroupConfig group = groups.findOrCreate(consumer.groupName()).orElse(null);
        if (group == null) {
            return;
        }
        TopicConfig retry = TopicConfig.of(
                TopicNames.retryTopic(group.groupName()), Math.max(1, group.retryQueueCount()), Permission.READ_WRITE);
        if (topics.putIfAbsent(retry)) {
            onTopicChange.run();
        }
        members.consumer(member, consumer, Boolean.TRUE.equals(group.notifyConsumerIdsChangedEnable()));
    }

    public Reply unregister(UnregisterClient request, Caller caller) {
        if (request.producerGroup() != null) {
            members.removeProducer(request.producerGroup(), caller.connection());
        }
        if (request.consumerGroup() != null) {
            members.removeConsumer(request.consumerGroup(), caller.connection());
        }
        return Reply.success();
    }

    public Reply consumerList(GetConsumerList request, Caller caller) {
        List<String> clientIds = members.findConsumerGroup(request.consumerGroup()).stream()
                .flatMap(group -> group.members().stream())
                .map(Member::clientId)
                .distinct()
                .toList();
        return clientIds.isEmpty()
                ? Reply.failure(ResponseCode.SYSTEM_ERROR, "no consumer for this group, " + request.consumerGroup())
                : Reply.json(new ConsumerList(clientIds));
    }

    public Reply lock(LockQueues request, Caller caller) {
        QueueLocks wanted = request.locks();
        return Reply.json(new LockedQueues(locks.lock(wanted.consumerGroup(), wanted.clientId(), wanted.mqSet())));
    }

    public Reply unlock(UnlockQueues request, Caller caller) {
        QueueLocks given = request.locks();
        locks.unlock(given.consumerGroup(), given.clientId(), given.mqSet());
        return Reply.success();
    }

    public Reply checkClientConfig(CheckClientConfig request, Caller caller) {
        SubscriptionData subscription = request.check().subscriptionData();
        return switch (FilterOutcome.of(subscription.expressionType(), subscription.subString())) {
            case FilterOutcome.Accepted accepted -> Reply.success();
            case FilterOutcome.Refused refused ->
                Reply.failure(ResponseCode.SUBSCRIPTION_PARSE_FAILED, refused.reason());
        };
    }
}
