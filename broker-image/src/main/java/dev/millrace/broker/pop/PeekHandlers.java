package dev.millrace.broker.pop;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.PopRequest.Notification;
import dev.millrace.protocol.command.PopRequest.Peek;
import dev.millrace.protocol.command.PopRequest.PollingInfo;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.store.EntryFilter;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.ReadLimits;
import dev.millrace.store.ReadResult;
import dev.millrace.store.ReadStatus;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Looks without taking: at messages, for news, at who waits.
 *
 * <p>Thread-safe: no state of its own.
 */
final class PeekHandlers {
    private static final long WAIT_MS_MIN = 50;
    private static final long WAIT_MS_MAX = 60_000;

    private final PopRules rules;
    private final PopReader reader;
    private final ParkedPops parked;
    private final MessageStore store;
    private final TopicTable topics;
    private final ConsumerOffsetTable offsets;
    private final PopHandler.Parts parts;
    private final int bytesMax;

    PeekHandlers(
            PopRules rules,
            PopReader reader,
            ParkedPops parked,
            MessageStore store,
            TopicTable topics,
            ConsumerOffsetTable offsets,
            PopHandler.Parts parts,
            int bytesMax) {
        this.rules = rules;
        this.reader = reader;
        this.parked = parked;
        this.store = store;
        this.topics = topics;
        this.offsets = offsets;
        this.parts = parts;
        this.bytesMax = bytesMax;
    }

    /** What a look found, copied. */
    private static final class Found {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int count;
        private long rest;

        private void add(ReadResult result) {
            count += result.count();
            for (ByteBuffer slice : result.slices()) {
                byte[] copy = new byte[slice.remaining()];
                slice.get(slice.position(), copy);
                bytes.writeBytes(copy);
            }
        }
    }

    /** Reads what a pop would take; on the admin executor. */
    Reply peek(Peek request, Caller caller) {
        rules.checkReadable(request.topic(), request.queueId());
        if (request.maxMsgNums() > PopEvent.Taken.COUNT_MAX) {
            throw PopRules.invalid("peek message's num is greater than " + PopEvent.Taken.COUNT_MAX);
        }
        if (!rules.isGroupThere(request.consumerGroup())) {
            parts.groups().findOrCreate(request.consumerGroup());
        }
        Found found = new Found();
        peekTopic(request, request.topic(), request.queueId(), found);
        peekTopic(request, TopicNames.popRetryTopic(request.consumerGroup(), request.topic()), -1, found);
        ReplyHeader header = new ReplyHeader.PopReply(0, 0, 0, found.rest, null, null, null);
        return found.count == 0
                ? new Reply(ResponseCode.PULL_NOT_FOUND, "NO_MESSAGE_IN_QUEUE", header, ReplyBody.EMPTY)
                : new Reply(ResponseCode.SUCCESS, "FOUND", header, ReplyBody.of(found.bytes.toByteArray()));
    }

    private void peekTopic(Peek request, String name, int queueId, Found found) {
        TopicConfig topic = topics.get(name);
        int queues = topic == null ? 0 : topic.readQueueNums();
        int first = ThreadLocalRandom.current().nextInt(Math.max(1, queues));
        for (int i = 0; i < queues; i++) {
            int id = (first + i) % queues;
            if (queueId < 0 || queueId == id) {
                peekQueue(request, store.queue(name, id), found);
            }
        }
    }

    private void peekQueue(Peek request, QueueLog queue, Found found) {
        long from = offsets.find(request.consumerGroup(), queue.topic(), queue.queueId())
                .orElse(Math.max(0, queue.minOffset()));
        from = Math.max(from, queue.minOffset());
        int left = Math.clamp(request.maxMsgNums(), 1, PopEvent.Taken.COUNT_MAX) - found.count;
        if (left <= 0 || found.bytes.size() >= bytesMax) {
            found.rest += Math.max(0, queue.maxOffset() - from);
            return;
        }
        ReadLimits limits = new ReadLimits(from, left, bytesMax - found.bytes.size(), left);
        try (ReadResult result = store.read(queue, limits, EntryFilter.ALL)) {
            if (result.status() == ReadStatus.FOUND) {
                found.add(result);
                found.rest += result.maxOffset() - result.nextOffset();
            }
        }
    }

    /** Answers when there is something to take, or when the time is over. */
    void notification(Notification request, Caller caller) {
        rules.checkReadable(request.topic(), request.queueId());
        rules.isGroupThere(request.consumerGroup());
        long born = request.bornTime() == null ? 0 : request.bornTime();
        long waitMs = PopHandler.waitMs(request.pollTime(), born, parts.clock().millis());
        Waiter waiter = new Waiter(
                new QueueKey(request.consumerGroup(), request.topic(), Math.max(-1, request.queueId())),
                EntryFilter.ALL,
                caller,
                parts.nanoTime().getAsLong()
                        + Duration.ofMillis(Math.clamp(waitMs, 0, WAIT_MS_MAX)).toNanos(),
                (again, isOver) -> look(request, again, isOver));
        look(request, waiter, waitMs < WAIT_MS_MIN);
    }

    private void look(Notification request, Waiter waiter, boolean isOver) {
        boolean isOrdered = Boolean.TRUE.equals(request.order());
        boolean isAny = reader.hasNews(waiter.wanted(), isOrdered, request.attemptId());
        if (isOver || isAny) {
            waiter.caller().reply(Reply.success(new ReplyHeader.NotificationReply(isAny, false)));
            return;
        }
        List<ParkedPops.Watched> watched = reader.watched(waiter.wanted(), isOrdered);
        if (!parked.park(waiter, watched)) {
            waiter.caller().reply(Reply.success(new ReplyHeader.NotificationReply(false, true)));
        } else if (reader.hasNews(waiter.wanted(), isOrdered, request.attemptId()) && waiter.claim()) {
            waiter.resume(false);
        }
    }

    Reply pollingInfo(PollingInfo request, Caller caller) {
        rules.checkReadable(request.topic(), request.queueId());
        QueueKey wanted = new QueueKey(request.consumerGroup(), request.topic(), Math.max(-1, request.queueId()));
        return Reply.success(new ReplyHeader.PollingInfoReply(parked.countOf(wanted)));
    }
}
