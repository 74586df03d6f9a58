package dev.millrace.broker.send;

import dev.millrace.broker.deduplication.Receipt;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.RecallHandle;
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
    private @Nullable RecallHandle recallHandle;
    private @Nullable Repeats repeats;
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
        repeats = null;
    }

    /** The answer names what recalls the message. */
    void answerHandle(RecallHandle newRecallHandle) {
        recallHandle = newRecallHandle;
    }

    /** Some of its messages may repeat earlier ones; the answer waits for those. */
    void answerAlso(Repeats newRepeats) {
        repeats = newRepeats;
    }

    /** All of its messages repeat earlier ones: nothing is appended. */
    void answerOnly() {
        outcome = AppendOutcome.Appended.INSTANCE;
        answerWhenEnded();
    }

    @Override
    protected void completed(AppendOutcome newOutcome) {
        outcome = newOutcome;
        Repeats others = repeats;
        if (others != null) {
            others.completed(newOutcome, this);
        }
        answerWhenEnded();
    }

    private void answerWhenEnded() {
        ReplyTo target = to;
        Repeats others = repeats;
        if (target == null) {
            return;
        }
        if (others == null) {
            target.connection().send(this);
        } else {
            others.whenAllEnded(() -> target.connection().send(this));
        }
    }

    private AppendOutcome result() {
        Repeats others = repeats;
        AppendOutcome refusal = others != null && outcome instanceof AppendOutcome.Appended ? others.refusal() : null;
        return refusal == null ? outcome : refusal;
    }

    @Override
    public void writeTo(FrameWriter writer) {
        ReplyTo target = to;
        if (target != null) {
            AppendOutcome result = result();
            if (result instanceof AppendOutcome.Appended) {
                writer.reply(target, ResponseCode.SUCCESS.number(), null, header(), ReplyBody.EMPTY);
            } else {
                int code = SendFailures.code(result).number();
                writer.reply(target, code, SendFailures.remark(result), null, ReplyBody.EMPTY);
            }
        }
        to = null;
        repeats = null;
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
        RecallHandle handle = recallHandle;
        Repeats others = repeats;
        if (others == null) {
            return new ReplyHeader.SendReply(
                    messageIds(), queueId, queueOffsets[0], transactionId, null, handle == null ? null : handle.text());
        }
        Receipt first = others.receipt(0);
        if (first == null) {
            return new ReplyHeader.SendReply(
                    idsWith(others),
                    queueId,
                    queueOffsets[0],
                    transactionId,
                    null,
                    handle == null ? null : handle.text());
        }
        return new ReplyHeader.SendReply(
                idsWith(others),
                first.queueId(),
                first.queueOffset(),
                transactionId,
                null,
                handle == null || first.dueMs() == 0
                        ? null
                        : new RecallHandle(handle.topic(), handle.brokerName(), first.dueMs(), handle.uniqueId())
                                .text());
    }

    private String idsWith(Repeats others) {
        StringJoiner ids = new StringJoiner(",");
        int record = 0;
        for (int i = 0; i < others.count(); i++) {
            Receipt earlier = others.receipt(i);
            ids.add(OffsetMessageId.of(storeHost, earlier == null ? positions[record++] : earlier.position()));
        }
        return ids.toString();
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
