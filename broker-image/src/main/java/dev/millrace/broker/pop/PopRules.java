package dev.millrace.broker.pop;

import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.filter.FilterCache;
import dev.millrace.broker.filter.FilterOutcome;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.command.PopRequest.Pop;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.store.EntryFilter;
import org.jspecify.annotations.Nullable;

/** Who may take what, with which filter and for how long. Thread-safe: no state of its own but a cache of filters. */
final class PopRules {
    private static final int ATTEMPT_ID_LENGTH_MAX = 256;

    private final GroupTable groups;
    private final TopicTable topics;
    private final long invisibleMsMax;
    private final FilterCache filters = new FilterCache();

    PopRules(GroupTable groups, TopicTable topics, PopConfig config) {
        this.groups = groups;
        this.topics = topics;
        this.invisibleMsMax = config.invisibleMax().toMillis();
    }

    /** @throws RequestFailure if the request is refused */
    void check(Pop pop) {
        if (pop.maxMsgNums() > PopEvent.Taken.COUNT_MAX) {
            throw invalid("pop message's num is greater than " + PopEvent.Taken.COUNT_MAX + ": " + pop.maxMsgNums());
        }
        String attemptId = pop.attemptId();
        if (attemptId != null && attemptId.length() > ATTEMPT_ID_LENGTH_MAX) {
            throw invalid(
                    "the attempt id has " + attemptId.length() + " characters; use at most " + ATTEMPT_ID_LENGTH_MAX);
        }
        checkInvisibleTime(pop.invisibleTime());
        checkReadable(pop.topic(), pop.queueId());
    }

    static RequestFailure invalid(String remark) {
        return new RequestFailure(ResponseCode.INVALID_PARAMETER, remark);
    }

    void checkInvisibleTime(long ms) {
        if (ms < 0 || ms > invisibleMsMax) {
            throw invalid("invisible time " + ms + " ms is outside 0.." + invisibleMsMax
                    + "; ask for less or raise broker.pop.invisible-max");
        }
    }

    /** @param queueId below 0 for any queue */
    void checkReadable(String name, int queueId) {
        TopicConfig topic = topic(name);
        if (!Permission.isReadable(topic.perm())) {
            throw new RequestFailure(
                    ResponseCode.NO_PERMISSION,
                    "the topic[" + name + "] peeking message is forbidden: its permission is "
                            + Permission.text(topic.perm()));
        }
        if (queueId >= topic.readQueueNums()) {
            throw invalid(queueFault(topic, queueId));
        }
    }

    private TopicConfig topic(String name) {
        TopicConfig topic = topics.get(name);
        if (topic == null) {
            throw new RequestFailure(
                    ResponseCode.TOPIC_NOT_EXIST, "topic[" + name + "] not exist, apply first please!");
        }
        return topic;
    }

    private static String queueFault(TopicConfig topic, int queueId) {
        return "queueId[" + queueId + "] is illegal, topic:[" + topic.topicName() + "] topicConfig.readQueueNums:["
                + topic.readQueueNums() + "]; refresh the route";
    }

    /** The queue that a receipt is for has to exist. */
    void checkSettled(String name, int queueId) {
        TopicConfig topic = topic(name);
        if (queueId < 0 || queueId >= topic.readQueueNums()) {
            throw new RequestFailure(ResponseCode.MESSAGE_ILLEGAL, queueFault(topic, queueId));
        }
    }

    /**
     * Whether the group may consume; false if it has to be created first.
     *
     * @throws RequestFailure if it may not
     */
    boolean isGroupThere(String consumerGroup) {
        GroupConfig group = groups.find(consumerGroup).orElse(null);
        if (group == null) {
            if (groups.isAutoCreated() && TopicNames.groupFault(consumerGroup).isEmpty()) {
                return false;
            }
            throw groupMissing(consumerGroup);
        }
        if (!group.isEnabled()) {
            throw new RequestFailure(
                    ResponseCode.NO_PERMISSION,
                    "subscription group no permission, " + consumerGroup + " is disabled; enable it");
        }
        return true;
    }

    static RequestFailure groupMissing(String consumerGroup) {
        return new RequestFailure(
                ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                "subscription group [" + consumerGroup + "] does not exist; create it first");
    }

    EntryFilter filter(@Nullable String type, @Nullable String expression) {
        if (expression == null || expression.isEmpty()) {
            return EntryFilter.ALL;
        }
        return switch (filters.outcome(type, expression)) {
            case FilterOutcome.Accepted accepted -> accepted.filter();
            case FilterOutcome.Refused refused ->
                throw new RequestFailure(
                        ResponseCode.SUBSCRIPTION_PARSE_FAILED,
                        "parse the consumer's subscription failed: " + refused.reason());
        };
    }
}
