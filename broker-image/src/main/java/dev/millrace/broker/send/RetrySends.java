package dev.millrace.broker.send;

import dev.millrace.broker.consumergroup.QueueLockTable;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.ProtocolVersion;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Messages that a consumer sends to its own retry topic: those that were tried often enough go to the dead-letter topic
 * of the group instead. A group with queue locks gives up only messages it will not try again.
 *
 * <p>Thread-safe.
 */
final class RetrySends {
    private final GroupTable groups;
    private final QueueLockTable locks;
    private final TopicCreation creation;

    RetrySends(GroupTable groups, QueueLockTable locks, TopicCreation creation) {
        this.groups = groups;
        this.locks = locks;
        this.creation = creation;
    }

    /**
     * Whether this message is not to be tried again.
     *
     * @throws RequestFailure if the consumer group is unknown
     */
    boolean isExhausted(SendMessage send, Caller caller) {
        String name = send.topic().substring(TopicNames.RETRY_PREFIX.length());
        GroupConfig group = groups.find(name)
                .orElseThrow(() -> new RequestFailure(
                        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                        "subscription group not exist, " + name + "; create it or start a consumer of it"));
        boolean clientDecides =
                caller.version() >= ProtocolVersion.V3_4_9 && send.retry().timesMax() >= 0;
        int timesMax = clientDecides ? send.retry().timesMax() : group.retriesMax();
        return send.retry().timesConsumed() > timesMax || locks.isAnyHeld(name);
    }

    /** Makes the dead-letter topic if needed and gives the message for it. Writes a file. */
    SendMessage deadLetter(SendMessage send) {
        String topic = TopicNames.deadLetterTopic(send.topic().substring(TopicNames.RETRY_PREFIX.length()));
        creation.ensure(TopicConfig.of(topic, 1, Permission.READ_WRITE));
        ByteBuffer given = send.properties();
        Map<String, String> properties = MessageProperties.decode(given, given.position(), given.remaining());
        properties.remove(PropertyNames.DELAY);
        return new SendMessage(
                send.producerGroup(),
                topic,
                0,
                send.template(),
                send.origin(),
                send.retry(),
                send.isBatch(),
                ByteBuffer.wrap(MessageProperties.encode(properties).getBytes(StandardCharsets.UTF_8)),
                send.body());
    }

    /** A copy that outlives the handler. */
    static SendMessage copy(SendMessage send) {
        return new SendMessage(
                send.producerGroup(),
                send.topic(),
                send.queueId(),
                send.template(),
                send.origin(),
                send.retry(),
                send.isBatch(),
                copy(send.properties()),
                copy(send.body()));
    }

    private static ByteBuffer copy(ByteBuffer view) {
        return ByteBuffer.allocate(view.remaining()).put(view.duplicate()).flip();
    }
}
