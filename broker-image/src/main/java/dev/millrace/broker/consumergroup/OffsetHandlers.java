package dev.millrace.broker.consumergroup;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.GroupRequest.GetAllConsumerOffset;
import dev.millrace.protocol.command.QueueRequest.QueryConsumerOffset;
import dev.millrace.protocol.command.QueueRequest.UpdateConsumerOffset;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import java.util.OptionalLong;

/** Where consumer groups stand. Thread-safe: no state of its own. */
public final class OffsetHandlers {
    private final ConsumerOffsetTable offsets;
    private final OffsetResets resets;
    private final Members members;
    private final GroupTable groups;
    private final TopicTable topics;
    private final MessageStore store;

    public OffsetHandlers(
            ConsumerOffsetTable offsets,
            OffsetResets resets,
            Members members,
            GroupTable groups,
            TopicTable topics,
            MessageStore store) {
        this.offsets = offsets;
        this.resets = resets;
        this.members = members;
        this.groups = groups;
        this.topics = topics;
        this.store = store;
    }

    /** The stored offset; 0 for a group that is new to a queue which still holds its first message. */
    public Reply query(QueryConsumerOffset request, Caller caller) {
        OptionalLong stored = offsets.find(request.consumerGroup(), request.topic(), request.queueId());
        if (stored.isPresent()) {
            return Reply.success(new ReplyHeader.OffsetReply(stored.getAsLong()));
        }
        if (Boolean.FALSE.equals(request.setZeroIfNotFound())) {
            return notFound("Not found, do not set to zero, maybe this group boot first");
        }
        long minOffset = store.existingQueue(request.topic(), request.queueId())
                .map(QueueLog::minOffset)
                .orElse(0L);
        return minOffset <= 0
                ? Reply.success(new ReplyHeader.OffsetReply(0))
                : notFound("Not found, V3_0_6_SNAPSHOT maybe consumer boot first");
    }

    private static Reply notFound(String remark) {
        return Reply.failure(ResponseCode.QUERY_NOT_FOUND, remark);
    }

    /** The offsets of some groups are the broker's own progress. */
    static void refuseBrokersGroup(String consumerGroup) {
        if (TopicNames.isBrokersGroup(consumerGroup)) {
            throw new RequestFailure(
                    ResponseCode.NO_PERMISSION,
                    "the offset of consumer group " + consumerGroup + " was not stored: only the broker moves it; use a"
                            + " group of your own");
        }
    }

    /**
     * Stores an offset. That of a member that has not heard yet that its group was moved does not count; without members
     * it is a tool's, and newer than the move.
     */
    public Reply update(UpdateConsumerOffset request, Caller caller) {
        refuseBrokersGroup(request.consumerGroup());
        if (groups.find(request.consumerGroup()).isEmpty() && !groups.isAutoCreated()) {
            return Reply.failure(
                    ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                    "subscription group not exist, " + request.consumerGroup() + "; create it first");
        }
        if (topics.get(request.topic()) == null) {
            return Reply.failure(
                    ResponseCode.TOPIC_NOT_EXIST, "topic " + request.topic() + " not exist; its offset was not stored");
        }
        if (request.queueId() < 0 || request.commitOffset() < 0) {
            return Reply.failure(
                    ResponseCode.INVALID_PARAMETER,
                    "queue " + request.queueId() + " offset " + request.commitOffset() + ": neither may be below 0");
        }
        if (resets.isPending(request.consumerGroup(), request.topic(), request.queueId())) {
            if (members.consumerGroup(request.consumerGroup()) != null) {
                return Reply.success();
            }
            resets.take(request.consumerGroup(), request.topic(), request.queueId());
        }
        offsets.put(request.consumerGroup(), request.topic(), request.queueId(), request.commitOffset());
        return Reply.success();
    }

    public Reply all(GetAllConsumerOffset request, Caller caller) {
        return Reply.json(offsets.snapshot());
    }
}
