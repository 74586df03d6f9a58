package dev.millrace.broker.query;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.QueueRequest.GetEarliestStoreTime;
import dev.millrace.protocol.command.QueueRequest.GetMaxOffset;
import dev.millrace.protocol.command.QueueRequest.GetMinOffset;
import dev.millrace.protocol.command.QueueRequest.QueryMessage;
import dev.millrace.protocol.command.QueueRequest.SearchOffset;
import dev.millrace.protocol.command.QueueRequest.ViewMessage;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.store.Boundary;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Messages by position and key, queue offsets by time. Thread-safe: no state of its own. */
public final class QueryHandlers {
    private static final int COUNT_MAX = 64;
    private static final int UNIQUE_KEY_COUNT_MAX = 32;
    private static final int BODY_BYTES_MAX = 8 * 1024 * 1024;

    private final MessageStore store;
    private final InstantSource clock;

    public QueryHandlers(MessageStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    public Reply maxOffset(GetMaxOffset request, Caller caller) {
        return offset(queue(request.topic(), request.queueId())
                .map(QueueLog::maxOffset)
                .orElse(0L));
    }

    public Reply minOffset(GetMinOffset request, Caller caller) {
        return offset(queue(request.topic(), request.queueId())
                .map(QueueLog::minOffset)
                .orElse(-1L));
    }

    public Reply searchOffset(SearchOffset request, Caller caller) {
        String type = request.boundaryType();
        Boundary boundary =
                type != null && type.toUpperCase(Locale.ROOT).equals("UPPER") ? Boundary.UPPER : Boundary.LOWER;
        return offset(queue(request.topic(), request.queueId())
                .map(queue -> queue.offsetByTime(request.timestamp(), boundary))
                .orElse(0L));
    }

    public Reply earliestStoreTime(GetEarliestStoreTime request, Caller caller) {
        return Reply.success(new ReplyHeader.TimestampReply(queue(request.topic(), request.queueId())
                .map(queue -> queue.storeTimeAt(queue.minOffset()))
                .orElse(-1L)));
    }

    private Optional<QueueLog> queue(String topic, int queueId) {
        return store.existingQueue(topic, queueId);
    }

    private static Reply offset(long offset) {
        return Reply.success(new ReplyHeader.OffsetReply(offset));
    }

    public Reply view(ViewMessage request, Caller caller) {
        try (LogSlice record = store.recordAt(request.offset())
                .orElseThrow(() -> new RequestFailure(
                        ResponseCode.SYSTEM_ERROR,
                        "can not find message by the offset, " + request.offset() + "; the log holds "
                                + store.minPosition() + ".." + store.maxPosition()))) {
            return Reply.success().withBody(ReplyBody.of(copy(record.bytes())));
        }
    }

    public Reply query(QueryMessage request, Caller caller) {
        int wanted = Boolean.TRUE.equals(request.isUniqueKeyQuery()) ? UNIQUE_KEY_COUNT_MAX : request.maxNum();
        List<Long> positions = store.positionsByKey(
                request.topic(),
                request.key(),
                Math.clamp(wanted, 1, COUNT_MAX),
                request.beginTimestamp(),
                request.endTimestamp());
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (long position : positions) {
            if (records.size() < BODY_BYTES_MAX) {
                store.recordAt(position).ifPresent(record -> {
                    try (record) {
                        records.writeBytes(copy(record.bytes()));
                    }
                });
            }
        }
        ReplyHeader header = new ReplyHeader.QueryMessageReply(clock.millis(), store.dispatchedPosition());
        if (records.size() == 0) {
            return Reply.failure(
                            ResponseCode.QUERY_NOT_FOUND,
                            "can not find message, maybe time range not correct: topic " + request.topic() + " key "
                                    + request.key())
                    .withHeader(header);
        }
        return Reply.success(header).withBody(ReplyBody.of(records.toByteArray()));
    }

    private static byte[] copy(ByteBuffer view) {
        byte[] bytes = new byte[view.remaining()];
        view.get(view.position(), bytes);
        return bytes;
    }
}
