package dev.millrace.broker.delay;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.Handler;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.send.SendFailures;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.MemberRequest.RecallMessage;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.message.RecallHandle;
import dev.millrace.protocol.transport.Reply;
import java.time.InstantSource;

/**
 * Serves the recall of a message that is held back.
 *
 * <p>Owner: the event loop of the connection; the answer comes from the delays thread.
 */
public final class RecallHandler implements Handler<RecallMessage> {
    private final TimerRecalls recalls;
    private final TopicTable topics;
    private final String brokerName;
    private final InstantSource clock;
    private final long delayMaxMs;

    public RecallHandler(
            TimerRecalls recalls, TopicTable topics, String brokerName, InstantSource clock, DelayConfig config) {
        this.recalls = recalls;
        this.topics = topics;
        this.brokerName = brokerName;
        this.clock = clock;
        this.delayMaxMs = config.delayMax().toMillis();
    }

    @Override
    public void handle(RecallMessage request, Caller caller) {
        if (topics.get(request.topic()) == null) {
            throw new RequestFailure(
                    ResponseCode.TOPIC_NOT_EXIST,
                    "recall failed, the topic[" + request.topic() + "] not exist; name the topic of the message");
        }
        RecallHandle handle = parse(request.recallHandle());
        check(handle, request.topic());
        recalls.recall(handle).thenAccept(outcome -> caller.reply(reply(handle, outcome)));
    }

    private static RecallHandle parse(String text) {
        try {
            return RecallHandle.parse(text);
        } catch (IllegalArgumentException e) {
            throw illegal("handle is invalid: " + e.getMessage() + "; use the one that the send gave");
        }
    }

    private void check(RecallHandle handle, String topic) {
        if (!handle.topic().equals(topic)) {
            throw illegal("topic not match: the handle is of " + handle.topic() + ", the request of " + topic
                    + "; use the topic of the message");
        }
        if (!handle.brokerName().equals(brokerName)) {
            throw illegal("broker name not match: the handle is of " + handle.brokerName() + ", this broker is "
                    + brokerName + "; ask that one");
        }
        long now = clock.millis();
        if (handle.dueMs() <= 0 || handle.dueMs() - now > delayMaxMs) {
            throw illegal("timestamp invalid: the handle is of a message due at " + handle.dueMs() + ", it is " + now
                    + "; use the one that the send gave");
        }
    }

    private static RequestFailure illegal(String what) {
        return new RequestFailure(ResponseCode.ILLEGAL_OPERATION, "recall failed, " + what);
    }

    private static Reply reply(RecallHandle handle, TimerRecalls.Outcome outcome) {
        return switch (outcome) {
            case TimerRecalls.Outcome.Recalled recalled ->
                Reply.success(new ReplyHeader.RecallReply(handle.uniqueId()));
            case TimerRecalls.Outcome.NotPending none ->
                Reply.failure(
                        ResponseCode.ILLEGAL_OPERATION,
                        "recall failed, message " + handle.uniqueId() + " of topic " + handle.topic() + " due at "
                                + handle.dueMs() + " is not held back: it was delivered or recalled already,"
                                + " or never sent here");
            case TimerRecalls.Outcome.Busy busy ->
                Reply.failure(
                        ResponseCode.SYSTEM_BUSY, "recall failed, too many recalls wait; wait a little and try again");
            case TimerRecalls.Outcome.Refused refused ->
                Reply.failure(SendFailures.code(refused.outcome()), SendFailures.remark(refused.outcome()));
        };
    }
}
