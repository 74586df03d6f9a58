package dev.millrace.broker.pull;

import dev.millrace.broker.consumergroup.ConsumerGroup;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.consumergroup.Subscription;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.filter.FilterCache;
import dev.millrace.broker.filter.FilterOutcome;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.store.EntryFilter;
import org.jspecify.annotations.Nullable;

/** Who may read what, and with which filter. Thread-safe: no state of its own but a cache of filters. */
final class PullRules {
    private final GroupTable groups;
    private final TopicTable topics;
    private final Members members;
    private final FilterCache filters = new FilterCache();

    PullRules(GroupTable groups, TopicTable topics, Members members) {
        this.groups = groups;
        this.topics = topics;
        this.members = members;
    }

    /**
     * Checks a pull and gives its filter; null if the consumer group has to be created first.
     *
     * @throws RequestFailure if it is refused
     */
    @Nullable
    EntryFilter check(PullMessage pull) {
        GroupConfig group = groups.find(pull.consumerGroup()).orElse(null);
        if (group == null) {
            if (groups.isAutoCreated()
                    && TopicNames.groupFault(pull.consumerGroup()).isEmpty()) {
                return null;
            }
            throw groupMissing(pull.consumerGroup());
        }
        if (!group.isEnabled()) {
            throw new RequestFailure(
                    ResponseCode.NO_PERMISSION,
                    "subscription group no permission, " + pull.consumerGroup() + " is disabled; enable it");
        }
        checkTopic(pull);
        if (groups.isForbidden(pull.consumerGroup(), pull.topic())) {
            throw new RequestFailure(
                    ResponseCode.NO_PERMISSION,
                    "the consumer group[" + pull.consumerGroup() + "] is forbidden for topic[" + pull.topic()
                            + "]; allow it again");
        }
        if (pull.queueOffset() < 0) {
            throw new RequestFailure(
                    ResponseCode.INVALID_PARAMETER,
                    "queue offset " + pull.queueOffset() + " is below 0; ask for the minimum offset first");
        }
        return pull.hasFilter()
                ? parse(pull.filter().expression(), pull.filter().type())
                : subscribed(pull, group);
    }

    static RequestFailure groupMissing(String consumerGroup) {
        return new RequestFailure(
                ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                "subscription group [" + consumerGroup + "] does not exist; create it first");
    }

    private void checkTopic(PullMessage pull) {
        TopicConfig topic = topics.get(pull.topic());
        if (topic == null) {
            throw new RequestFailure(
                    ResponseCode.TOPIC_NOT_EXIST, "topic[" + pull.topic() + "] not exist, apply first please!");
        }
        if (!Permission.isReadable(topic.perm())) {
            throw new RequestFailure(
                    ResponseCode.NO_PERMISSION,
                    "the topic[" + pull.topic() + "] pulling message is forbidden: its permission is "
                            + Permission.text(topic.perm()));
        }
        if (pull.queueId() < 0 || pull.queueId() >= topic.readQueueNums()) {
            throw new RequestFailure(
                    ResponseCode.INVALID_PARAMETER,
                    "queueId[" + pull.queueId() + "] is illegal, topic:[" + pull.topic()
                            + "] topicConfig.readQueueNums:[" + topic.readQueueNums() + "]; refresh the route");
        }
    }

    private EntryFilter parse(String expression, String type) {
        return switch (filters.outcome(type, expression)) {
            case FilterOutcome.Accepted accepted -> accepted.filter();
            case FilterOutcome.Refused refused ->
                throw new RequestFailure(
                        ResponseCode.SUBSCRIPTION_PARSE_FAILED,
                        "parse the consumer's subscription failed: " + refused.reason());
        };
    }

    private EntryFilter subscribed(PullMessage pull, GroupConfig config) {
        ConsumerGroup group = members.consumerGroup(pull.consumerGroup());
        if (group == null) {
            throw new RequestFailure(
                    ResponseCode.SUBSCRIPTION_NOT_EXIST,
                    "the consumer's group info not exist: " + pull.consumerGroup() + " sent no heartbeat");
        }
        if (group.isBroadcasting() && !config.isBroadcastEnabled()) {
            throw new RequestFailure(
                    ResponseCode.NO_PERMISSION,
                    "the consumer group[" + pull.consumerGroup() + "] can not consume by broadcast way");
        }
        Subscription subscription = group.subscription(pull.topic());
        if (subscription == null) {
            throw new RequestFailure(
                    ResponseCode.SUBSCRIPTION_NOT_EXIST,
                    "the consumer's subscription not exist: " + pull.consumerGroup() + " did not subscribe "
                            + pull.topic()
                            + group.conflict()
                                    .map(text -> "; its consumers subscribe differently: " + text)
                                    .orElse(""));
        }
        if (subscription.data().subVersion() < pull.filter().version()) {
            throw new RequestFailure(
                    ResponseCode.SUBSCRIPTION_NOT_LATEST,
                    "the consumer's subscription not latest: version "
                            + subscription.data().subVersion() + " is known, "
                            + pull.filter().version() + " is asked for");
        }
        return switch (subscription.filter()) {
            case FilterOutcome.Accepted accepted -> accepted.filter();
            case FilterOutcome.Refused refused ->
                throw new RequestFailure(
                        ResponseCode.FILTER_DATA_NOT_EXIST,
                        "the filter of " + pull.consumerGroup() + " for " + pull.topic() + " was refused: "
                                + refused.reason());
        };
    }
}
