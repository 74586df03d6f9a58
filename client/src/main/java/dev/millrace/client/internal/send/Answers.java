package dev.millrace.client.internal.send;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.SendResult;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.message.Outgoing;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.route.WriteQueue;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.HeaderFields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads the answers of sends. Stateless. */
final class Answers {
    /** A broker that does not answer for so long may hang, and another one be master by now: the send is repeated. */
    static final Duration ATTEMPT_MAX = Duration.ofSeconds(5);

    private Answers() {}

    /** The result of one message. */
    static SendResult one(HeaderFields fields, WriteQueue target, Outgoing out) {
        SendResult.Durability durability = durability(fields.code(), fields, target);
        String offsetId = fields.requiredText("msgId");
        SendResult result = new SendResult(
                queue(target.queue(), fields.intOr("queueId", target.queue().queueId())),
                fields.requiredLong("queueOffset"),
                out.uniqueId(),
                durability,
                position -> offsetId,
                0);
        String recallHandle = fields.text("recallHandle");
        return recallHandle == null ? result : result.withRecallHandle(recallHandle);
    }

    /** The results of messages that went to one queue in one request. */
    static List<SendResult> batch(HeaderFields fields, WriteQueue target, List<PendingSend> sent) {
        SendResult.Durability durability = durability(fields.code(), fields, target);
        String[] ids = fields.requiredText("msgId").split(",", -1);
        TopicQueue queue =
                queue(target.queue(), fields.intOr("queueId", target.queue().queueId()));
        long first = fields.requiredLong("queueOffset");
        List<SendResult> results = new ArrayList<>(sent.size());
        for (int i = 0; i < sent.size(); i++) {
            String id = ids[Math.min(i, ids.length - 1)];
            results.add(new SendResult(queue, first + i, sent.get(i).out().uniqueId(), durability, position -> id, 0));
        }
        return results;
    }

    private static TopicQueue queue(TopicQueue asked, int queueId) {
        return queueId == asked.queueId() ? asked : new TopicQueue(asked.topic(), asked.broker(), queueId);
    }

    private static SendResult.Durability durability(int code, HeaderFields fields, WriteQueue target) {
        if (code == ResponseCode.SUCCESS.number()) {
            return SendResult.Durability.CONFIRMED;
        }
        if (code == ResponseCode.FLUSH_DISK_TIMEOUT.number()) {
            return SendResult.Durability.NOT_YET_ON_DISK;
        }
        if (code == ResponseCode.REPLICA_NOT_AVAILABLE.number()) {
            return SendResult.Durability.NO_REPLICA;
        }
        if (code == ResponseCode.FLUSH_REPLICA_TIMEOUT.number()) {
            return SendResult.Durability.NOT_YET_REPLICATED;
        }
        throw Faults.ofAnswer(target.address(), code, fields.remark());
    }

    /** Whether another attempt, maybe on another broker, makes sense. */
    static boolean mayRepeat(ClientException fault) {
        return fault.isRetriable() || fault.code() == ErrorCode.NO_PERMISSION;
    }

    /** Whether the broker itself is to be avoided for a while. */
    static boolean isBrokersFault(ClientException fault) {
        return switch (fault.code()) {
            case NOT_CONNECTED, TIMEOUT, BUSY, NOT_AVAILABLE, SERVER_ERROR, NO_PERMISSION -> true;
            default -> false;
        };
    }

    /** Whether the route that led there may be old. */
    static boolean isRoutesFault(ClientException fault) {
        return switch (fault.code()) {
            case NOT_CONNECTED, TIMEOUT, NOT_AVAILABLE, NO_PERMISSION, TOPIC_NOT_EXIST, NO_ROUTE, INVALID_ARGUMENT ->
                true;
            default -> false;
        };
    }
}
