package dev.millrace.broker.send;

import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.transport.FrameWriter;
import dev.millrace.protocol.transport.OutgoingFrame;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import java.nio.ByteBuffer;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one send on their way into the log, and the answer on its way back.
 *
 * <p>Owner: the event loop, then the store from append to completion, then the event loop again. Reused through a
 * {@link SendPool}. {@code // hot path}
 */
final class SendRequest extends AppendRequest implements OutgoingFrame {
    private final byte[] storeHost;
    private final @Nullable SendPool pool;
    private @Nullable ReplyTo to;
    private @Nullable String transactionId;
    private @Nullable String recallHandle;
    private int queueId;
    private AppendOutcome outcome = AppendOutcome.Appended.INSTANCE;

    /** @param pool takes it back after the answer, or null for a request that is used once */
    SendRequest(int countMax, ByteBuffer buffer, byte[] storeHost, @Nullable SendPool pool) {
        super(countMax);
        this.records = buffer;
        this.storeHost = storeHost;
        this.pool = pool;
    }

    void answer(ReplyTo newTo, int newQueueId, @Nullable String newTransactionId) {
        to = newTo;
        queueId = newQueueId;
        transactionId = newTransactionId;
        recallHandle = null;
    }

    /** The answer names what recalls the message. */
    void answerHandle(String newRecallHandle) {
        recallHandle = newRecallHandle;
    }

    @Override
    protected void completed(AppendOutcome newOutcome) {
        outcome = newOutcome;
        ReplyTo target = to;
        if (target != null) {
            target.connection().send(this);
        }
    }

    @Override
    public void writeTo(FrameWriter writer) {
        ReplyTo target = to;
        if (target != null) {
            if (outcome instanceof AppendOutcome.Appended) {
                writer.reply(target, ResponseCode.SUCCESS.number(), null, header(), ReplyBody.EMPTY);
            } else {
                int code = SendFailures.code(outcome).number();
                writer.reply(target, code, SendFailures.remark(outcome), null, ReplyBody.EMPTY);
            }
        }
        to = null;
        if (pool != null) {
            pool.give(this);
        }
    }

    /** May run on the commit-log thread, so the pool, which belongs to the event loop, does not get it back. */
    @Override
    public void dropped() {
        to = null;
    }

    private ReplyHeader.SendReply header() {
        return new ReplyHeader.SendReply(messageIds(), queueId, queueOffsets[0], transactionId, null, recallHandle);
    }

    private String messageIds() {
        if (count == 1) {
            return OffsetMessageId.of(storeHost, positions[0]);
        }
        StringJoiner ids = new StringJoiner(",");
        for (int i = 0; i < count; i++) {
            ids.add(OffsetMessageId.of(storeHost, positions[i]));
        }
        return ids.toString();
    }
}
