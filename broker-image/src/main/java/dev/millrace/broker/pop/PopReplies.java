package dev.millrace.broker.pop;

import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.store.ReadResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Answers with messages: who took what, in the texts that clients make receipts of. Thread-safe: stateless. */
final class PopReplies {
    private PopReplies() {}

    /**
     * The messages: those of a topic as they stand in the log, those of a retry topic with the topic that the consumer
     * asked for and a ready receipt.
     *
     * @param isCopied whether nothing of the log is needed any more when this returns
     */
    static ReplyBody body(PopBatch batch, String topic, Receipt pop, boolean isCopied) {
        List<ByteBuffer> parts = new ArrayList<>();
        List<ReadResult> held = new ArrayList<>();
        for (PopBatch.Portion portion : batch.portions()) {
            if (portion.isRetry()) {
                addRetried(portion, topic, pop, parts);
                portion.result().close();
            } else if (isCopied) {
                portion.result().slices().forEach(slice -> parts.add(copied(slice)));
                portion.result().close();
            } else {
                parts.addAll(portion.result().slices());
                held.add(portion.result());
            }
        }
        int bytes = parts.stream().mapToInt(ByteBuffer::remaining).sum();
        return new ReplyBody(parts, bytes, () -> held.forEach(ReadResult::close));
    }

    private static ByteBuffer copied(ByteBuffer slice) {
        return ByteBuffer.allocate(slice.remaining()).put(slice.duplicate()).flip();
    }

    private static void addRetried(PopBatch.Portion portion, String topic, Receipt pop, List<ByteBuffer> parts) {
        Receipt receipt = new Receipt(portion.start(), pop.takenMs(), pop.invisibleMs(), pop.mark(), pop.brokerName());
        for (ByteBuffer slice : portion.result().slices()) {
            int at = slice.position();
            while (at < slice.limit()) {
                String text = receipt.text(
                        portion.kind(), portion.queue().queueId(), StoredMessageLayout.queueOffset(slice, at));
                parts.add(RetryRecords.delivered(slice, at, topic, text));
                at += StoredMessageLayout.totalSize(slice, at);
            }
        }
    }

    static Reply found(PopBatch batch, Receipt pop, InFlight inFlight, ReplyBody body) {
        StringBuilder starts = new StringBuilder(32);
        StringBuilder offsets = new StringBuilder(64);
        StringBuilder counts = new StringBuilder(32);
        for (PopBatch.Portion portion : batch.portions()) {
            int queueId = portion.queue().queueId();
            entry(starts, portion.kind(), Integer.toString(queueId), Long.toString(portion.start()));
            entry(offsets, portion.kind(), Integer.toString(queueId), joined(portion.offsets()));
            if (pop.isOrdered()) {
                addCounts(counts, portion, inFlight.counts(portion.queue(), portion.offsets()));
            }
        }
        ReplyHeader header = new ReplyHeader.PopReply(
                pop.takenMs(),
                pop.invisibleMs(),
                pop.mark(),
                batch.rest(),
                starts.toString(),
                offsets.toString(),
                counts.isEmpty() ? null : counts.toString());
        return new Reply(ResponseCode.SUCCESS, "FOUND", header, body);
    }

    private static void entry(StringBuilder text, char kind, String name, String value) {
        text.append(text.isEmpty() ? "" : ";")
                .append(kind)
                .append(' ')
                .append(name)
                .append(' ')
                .append(value);
    }

    private static String joined(long[] offsets) {
        StringBuilder text = new StringBuilder(offsets.length * 8);
        for (long offset : offsets) {
            text.append(text.isEmpty() ? "" : ",").append(offset);
        }
        return text.toString();
    }

    /** One for each message that was delivered before, and the least of all for clients that ask by queue. */
    private static void addCounts(StringBuilder text, PopBatch.Portion portion, int[] counts) {
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < counts.length; i++) {
            least = Math.min(least, counts[i]);
            if (counts[i] > 0) {
                entry(
                        text,
                        portion.kind(),
                        "qo" + portion.queue().queueId() + "%" + portion.offsets()[i],
                        Integer.toString(counts[i]));
            }
        }
        entry(text, portion.kind(), Integer.toString(portion.queue().queueId()), Integer.toString(least));
    }

    /** Nothing was taken; the header is there because clients look for it. */
    static Reply nothing(ResponseCode code, String remark) {
        return new Reply(code, remark, ReplyHeader.PopReply.NOTHING, ReplyBody.EMPTY);
    }
}
