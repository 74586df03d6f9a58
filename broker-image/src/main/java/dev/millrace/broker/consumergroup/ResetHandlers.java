package dev.millrace.broker.consumergroup;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.QueueOffsets;
import dev.millrace.protocol.command.ClientRequest;
import dev.millrace.protocol.command.GroupRequest.CloneOffsets;
import dev.millrace.protocol.command.GroupRequest.ResetOffset;
import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.Boundary;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves consumer groups: to a time, to an offset, behind the last message, or to where another group is. Members of a
 * group hear of it with their next pull, which is answered at once; members that keep their offsets themselves
 * (broadcasting) are told.
 *
 * <p>Thread-safe: no state of its own. Looks into files, so it runs on the admin executor.
 */
public final class ResetHandlers {
    private static final Logger LOG = LoggerFactory.getLogger(ResetHandlers.class);

    private final Parts parts;

    /** @param onReset answers the pulls of a group and topic that wait */
    public record Parts(
            TopicTable topics,
            GroupTable groups,
            Members members,
            ConsumerOffsetTable offsets,
            OffsetResets resets,
            MessageStore store,
            String brokerName,
            BiConsumer<String, String> onReset) {}

    public ResetHandlers(Parts parts) {
        this.parts = parts;
    }

    public Reply reset(ResetOffset request, Caller caller) {
        TopicConfig topic = parts.topics
                .find(request.topic())
                .orElseThrow(() -> new RequestFailure(
                        ResponseCode.TOPIC_NOT_EXIST,
                        "Topic " + request.topic() + " does not exist on broker " + parts.brokerName));
        if (parts.groups.find(request.group()).isEmpty()) {
            throw new RequestFailure(
                    ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                    "Group " + request.group() + " does not exist on broker " + parts.brokerName);
        }
        Map<MessageQueue, Long> moved = new TreeMap<>();
        int first = 0;
        int end = topic.readQueueNums();
        Integer only = request.queueId();
        if (only != null && only >= 0) {
            checkQueue(topic, only);
            first = only;
            end = only + 1;
        }
        for (int queueId = first; queueId < end; queueId++) {
            moved.put(new MessageQueue(parts.brokerName, queueId, request.topic()), target(request, queueId));
        }
        apply(request, moved);
        return Reply.json(new QueueOffsets(moved));
    }

    private static void checkQueue(TopicConfig topic, int queueId) {
        if (queueId >= topic.readQueueNums()) {
            throw new RequestFailure(
                    ResponseCode.INVALID_PARAMETER,
                    "queue " + queueId + " of topic " + topic.topicName() + " is none to read; give 0.."
                            + (topic.readQueueNums() - 1) + ", or -1 for all");
        }
    }

    private long target(ResetOffset request, int queueId) {
        Optional<QueueLog> queue = parts.store.existingQueue(request.topic(), queueId);
        long min = Math.max(0, queue.map(QueueLog::minOffset).orElse(0L));
        long max = queue.map(QueueLog::maxOffset).orElse(0L);
        Long offset = request.offset();
        Integer only = request.queueId();
        if (offset != null && offset != -1 && only != null && only >= 0) {
            if (offset < min || offset > max) {
                throw new RequestFailure(
                        ResponseCode.SYSTEM_ERROR,
                        "Target offset " + offset + " not in consume queue range [" + min + "-" + max + "] of queue "
                                + queueId + ", topic " + request.topic());
            }
            return offset;
        }
        if (request.timestamp() < 0) {
            return max;
        }
        return queue.map(log -> log.offsetByTime(request.timestamp(), Boundary.LOWER))
                .orElse(0L);
    }

    private void apply(ResetOffset request, Map<MessageQueue, Long> moved) {
        OffsetHandlers.refuseBrokersGroup(request.group());
        ConsumerGroup group = parts.members.consumerGroup(request.group());
        if (group != null && group.isBroadcasting()) {
            ClientRequest notice = new ClientRequest.ResetOffsets(
                    request.topic(), request.group(), request.timestamp(), true, new QueueOffsets(moved));
            group.members().forEach(member -> member.connection().sendOneWay(notice));
        }
        moved.forEach((queue, offset) -> {
            parts.resets.put(request.group(), queue.topic(), queue.queueId(), offset);
            parts.offsets.put(request.group(), queue.topic(), queue.queueId(), offset);
        });
        parts.offsets.settle();
        parts.onReset.accept(request.group(), request.topic());
        LOG.atInfo()
                .addKeyValue("consumerGroup", request.group())
                .addKeyValue("topic", request.topic())
                .log("consumer group moved to {}", moved);
    }

    /** Copies what is stored; the target group is not told, so it should not run. */
    public Reply clone(CloneOffsets request, Caller caller) {
        OffsetHandlers.refuseBrokersGroup(request.destGroup());
        String only = request.topic();
        Set<String> names = only == null || only.isBlank() ? parts.offsets.topics(request.srcGroup()) : Set.of(only);
        ConsumerGroup source = parts.members.consumerGroup(request.srcGroup());
        for (String topic : names) {
            boolean isLeft =
                    source != null && !Boolean.TRUE.equals(request.offline()) && source.subscription(topic) == null;
            TopicConfig config = parts.topics.get(topic);
            for (int queueId = 0; config != null && !isLeft && queueId < config.queueCount(); queueId++) {
                OptionalLong offset = parts.offsets.find(request.srcGroup(), topic, queueId);
                if (offset.isPresent()) {
                    parts.offsets.put(request.destGroup(), topic, queueId, offset.getAsLong());
                }
            }
        }
        parts.offsets.settle();
        return Reply.success();
    }
}
