package dev.millrace.broker.send;

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

    @Override
    protected void completed(AppendOutcome newOutcome) {
        outcome = newOutcome;
        to.connection().send(this);
    }

    @Override
    public void writeTo(FrameWriter writer) {
        if (!(outcome instanceof AppendOutcome.Appended)) {
            int code = SendFailures.code(outcome).number();
            writer.reply(to, code, SendFailures.remark(outcome), null, ReplyBody.EMPTY);
            return;
        }
        MultiSendReplyBody.Writer body = new MultiSendReplyBody.Writer(groups.size(), count);
        int next = 0;
        for (Group group : groups) {
            body.group(group.code.number(), group.remark, group.recordCount);
            for (int i = 0; i < group.recordCount; i++) {
                body.record(queueOffsets[next], positions[next]);
                next++;
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
