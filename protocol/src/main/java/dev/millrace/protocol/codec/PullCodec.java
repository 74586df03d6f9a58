package dev.millrace.protocol.codec;

import dev.millrace.protocol.command.PullMessage;

/** Fields of the pull requests. {@code // hot path}. Source: docs/protocol.md, section "Pull". */
final class PullCodec {
    private static final String TAG = "TAG";

    private PullCodec() {}

    static PullMessage decode(HeaderFields fields) {
        String expression = fields.name("subscription");
        String type = fields.name("expressionType");
        return new PullMessage(
                fields.requiredName("consumerGroup"),
                fields.requiredName("topic"),
                fields.requiredInt("queueId"),
                fields.requiredLong("queueOffset"),
                new PullMessage.Limits(fields.requiredInt("maxMsgNums"), fields.intOr("maxMsgBytes", -1)),
                fields.requiredInt("sysFlag"),
                fields.requiredLong("commitOffset"),
                fields.requiredLong("suspendTimeoutMillis"),
                new PullMessage.Filter(
                        expression == null ? "" : expression,
                        type == null ? TAG : type,
                        fields.longOr("subVersion", 0)));
    }

    static void encode(PullMessage pull, HeaderWriter into) {
        into.field("consumerGroup", pull.consumerGroup())
                .field("topic", pull.topic())
                .field("queueId", pull.queueId())
                .field("queueOffset", pull.queueOffset())
                .field("maxMsgNums", pull.limits().countMax())
                .field("sysFlag", pull.pullFlag())
                .field("commitOffset", pull.commitOffset())
                .field("suspendTimeoutMillis", pull.suspendTimeoutMs())
                .field("subscription", pull.filter().expression())
                .field("subVersion", pull.filter().version())
                .field("expressionType", pull.filter().type());
        if (pull.limits().bytesMax() >= 0) {
            into.field("maxMsgBytes", pull.limits().bytesMax());
        }
    }
}
