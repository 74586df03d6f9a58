package dev.millrace.broker.query;

import dev.millrace.broker.consumergroup.ConsumerGroup;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.consumergroup.Subscription;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.filter.FilterOutcome;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.QueueEntries;
import dev.millrace.protocol.command.QueueRequest.GetEarliestStoreTime;
import dev.millrace.protocol.command.QueueRequest.GetMaxOffset;
import dev.millrace.protocol.command.QueueRequest.GetMinOffset;
import dev.millrace.protocol.command.QueueRequest.QueryEntries;
import dev.millrace.protocol.command.QueueRequest.QueryMessage;
import dev.millrace.protocol.command.QueueRequest.SearchOffset;
import dev.millrace.protocol.command.QueueRequest.ViewMessage;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.store.Boundary;
import dev.millrace.store.EntryFilter;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.ReadLimits;
import dev.millrace.store.ReadResult;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Messages by position and key, queue offsets by time. Thread-safe: no state of its own. */
public final class QueryHandlers {
    private static final int COUNT_MAX = 64;
    private static final int UNIQUE_KEY_COUNT_MAX = 32;
    private static final int ENTRIES_MAX = 100;
    private static final int BODY_BYTES_MAX = 8 * 1024 * 1024;

    private final MessageStore store;
    private final Members members;
    private final InstantSource clock;

    public QueryHandlers(MessageStore store, Members members, InstantSource clock) {
        this.store = store;
        this.members = members;
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

    /** Entries as they stand in the queue's file, with whether the filter of a group takes them. */
    public Reply entries(QueryEntries request, Caller caller) {
        QueueLog queue = queue(request.topic(), request.queueId())
                .orElseThrow(() -> new RequestFailure(
                        ResponseCode.SYSTEM_ERROR,
                        request.queueId() + "@" + request.topic() + " is not exist: no message came to that queue"));
        long first = request.index() < 0
                ? Math.max(queue.minOffset(), queue.maxOffset() - request.count())
                : request.index();
        String groupName = request.consumerGroup();
        ConsumerGroup group = groupName == null ? null : members.consumerGroup(groupName);
        Subscription subscription = group == null ? null : group.subscription(request.topic());
        List<QueueEntries.Entry> found = new ArrayList<>();
        long end = Math.min(queue.maxOffset(), first + Math.clamp(request.count(), 1, ENTRIES_MAX));
        for (long offset = Math.max(first, queue.minOffset()); offset < end; offset++) {
            found.add(entry(queue, offset, subscription));
        }
        return Reply.json(new QueueEntries(
                null, queue.maxOffset(), queue.minOffset(), found, subscription == null ? null : subscription.data()));
    }

    private QueueEntries.Entry entry(QueueLog queue, long offset, @Nullable Subscription subscription) {
        long[] tagHash = new long[1];
        EntryFilter seen = hash -> {
            tagHash[0] = hash;
            return true;
        };
        try (ReadResult read = store.read(queue, new ReadLimits(offset, 1, BODY_BYTES_MAX, 1), seen)) {
            if (read.count() == 0) {
                return new QueueEntries.Entry(
                        0, 0, tagHash[0], false, null, null, "the record is not in the log any more");
            }
            ByteBuffer record = read.slices().getFirst();
            int at = record.position();
            boolean isWanted = subscription != null
                    && subscription.filter() instanceof FilterOutcome.Accepted accepted
                    && accepted.filter().accepts(tagHash[0])
                    && accepted.filter().acceptsRecord(record);
            return new QueueEntries.Entry(
                    StoredMessageLayout.position(record, at), read.bytes(), tagHash[0], isWanted, null, null, null);
        }
    }

    private static byte[] copy(ByteBuffer view) {
        byte[] bytes = new byte[view.remaining()];
        view.get(view.position(), bytes);
        return bytes;
    }
}
