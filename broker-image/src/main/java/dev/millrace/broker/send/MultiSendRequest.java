package dev.millrace.broker.send;

import dev.millrace.broker.deduplication.Receipt;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.message.MultiSendReplyBody;
import dev.millrace.protocol.transport.FrameWriter;
import dev.millrace.protocol.transport.OutgoingFrame;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of one multi-queue send on their way into the log, and the answer on its way back.
 *
 * <p>Owner: the event loop, then the store from append to completion, then the event loop again.
 */
final class MultiSendRequest extends AppendRequest implements OutgoingFrame {
    private final ReplyTo to;
    private final List<Group> groups;
    /** Counts the messages from the first one of a topic with a window on, and all of them if there is one. */
    final Repeats repeats = new Repeats();

    private AppendOutcome outcome = AppendOutcome.Appended.INSTANCE;

    /** One topic's records: how many were taken, or why none was. */
    record Group(
            int recordCount, ResponseCode code, @Nullable String remark) {}

    MultiSendRequest(int countMax, ByteBuffer buffer, ReplyTo to, List<Group> groups) {
        super(countMax);
        this.records = buffer;
        this.to = to;
        this.groups = groups;
    }

    /** Before the first message of a topic with a window: those so far are new. */
    void startRepeats(int messagesSoFar) {
        while (repeats.count() < messagesSoFar) {
            repeats.take(null, null, 0, 0);
        }
    }

    @Override
    protected void completed(AppendOutcome newOutcome) {
        outcome = newOutcome;
        repeats.completed(newOutcome, this);
        answerWhenEnded();
    }

    /** Answers once every message that is repeated has come to its end. */
    void answerWhenEnded() {
        repeats.whenAllEnded(() -> to.connection().send(this));
    }

    @Override
    public void writeTo(FrameWriter writer) {
        AppendOutcome refusal = outcome instanceof AppendOutcome.Appended ? repeats.refusal() : outcome;
        if (refusal != null) {
            int code = SendFailures.code(refusal).number();
            writer.reply(to, code, SendFailures.remark(refusal), null, ReplyBody.EMPTY);
            return;
        }
        MultiSendReplyBody.Writer body = new MultiSendReplyBody.Writer(groups.size(), Math.max(count, repeats.count()));
        int message = 0;
        int record = 0;
        for (Group group : groups) {
            body.group(group.code.number(), group.remark, group.recordCount);
            for (int i = 0; i < group.recordCount; i++) {
                Receipt earlier = message < repeats.count() ? repeats.receipt(message) : null;
                if (earlier == null) {
                    body.record(queueOffsets[record], positions[record]);
                    record++;
                } else {
                    body.repeated(earlier.queueId(), earlier.queueOffset(), earlier.position());
                }
                message++;
            }
        }
        ByteBuffer bytes = body.finish();
        writer.reply(
                to,
                ResponseCode.SUCCESS.number(),
                null,
                null,
                new ReplyBody(List.of(bytes), bytes.remaining(), () -> {}));
    }
}
