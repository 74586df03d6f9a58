package dev.millrace.broker.pull;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.consumergroup.OffsetResets;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.Handler;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.filter.SqlFilter;
import dev.millrace.broker.metrics.BrokerCounters;
import dev.millrace.broker.metrics.Deliveries;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.store.EntryFilter;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.ReadLimits;
import dev.millrace.store.ReadResult;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads messages of one queue. A pull that finds none and may wait is parked until one arrives or its time is over.
 * Records far behind the end of the log are copied on the admin executor, so that a slow disk holds up nobody else.
 *
 * <p>Owner: the event loop of the connection. {@code // hot path}
 */
public final class PullHandler implements Handler<PullMessage> {
    private static final int DEFAULT_BYTES_MAX = 256 * 1024;
    private static final int COUNT_MAX = 4096;
    private static final int SCAN_MAX = 8000;
    /** A filter that looks into records looks at fewer, whatever the client wants: each may be a page of its own. */
    private static final int RECORD_SCAN_MAX = 1000;
    /** And at no more properties that do not match; then the client is told to go on from there. */
    private static final int REFUSED_BYTES_MAX = 1 << 20;
    /** Further behind than this, records to look into may be on disk only. */
    private static final long RECENT_COUNT_MAX = 10_000;

    private static final long SUSPEND_MS_MAX = 60_000;
    private static final String BUSY = "[OVERLOAD] too many requests wait for this broker; pull again later";
    private static final Logger LOG = LoggerFactory.getLogger(PullHandler.class);

    private final MessageStore store;
    private final PullRules rules;
    private final GroupTable groups;
    private final ConsumerOffsetTable offsets;
    private final OffsetResets resets;
    private final BrokerCounters counters;
    private final Deliveries deliveries;
    private final Executor admin;
    private final LongSupplier nanoTime;
    private final int bytesMax;
    private final ParkedPolls parked;

    /** What pulls need; {@code admin} runs what may block. */
    public record Parts(
            MessageStore store,
            GroupTable groups,
            ConsumerOffsetTable offsets,
            OffsetResets resets,
            BrokerCounters counters,
            Deliveries deliveries,
            Executor admin,
            LongSupplier nanoTime,
            int bytesMax) {}

    PullHandler(Parts parts, PullRules rules) {
        this.store = parts.store;
        this.groups = parts.groups;
        this.offsets = parts.offsets;
        this.resets = parts.resets;
        this.counters = parts.counters;
        this.deliveries = parts.deliveries;
        this.admin = parts.admin;
        this.nanoTime = parts.nanoTime;
        this.bytesMax = parts.bytesMax;
        this.rules = rules;
        this.parked = new ParkedPolls(parts.nanoTime, this::wake);
    }

    /** Polls that wait for a message. */
    public int parkedCount() {
        return parked.count();
    }

    @Override
    public void handle(PullMessage pull, Caller caller) {
        EntryFilter filter = rules.check(pull);
        if (filter == null) {
            createGroup(pull, caller);
            return;
        }
        QueueLog queue = store.queue(pull.topic(), pull.queueId());
        OptionalLong reset = resets.take(pull.consumerGroup(), pull.topic(), pull.queueId());
        if (reset.isPresent() && reset.getAsLong() != pull.queueOffset()) {
            ReplyHeader header = new ReplyHeader.PullReply(0, reset.getAsLong(), queue.minOffset(), queue.maxOffset());
            caller.reply(new Reply(ResponseCode.PULL_OFFSET_MOVED, "OFFSET_RESET", header, ReplyBody.EMPTY));
            return;
        }
        boolean mayCommit = reset.isEmpty() && !TopicNames.isBrokersGroup(pull.consumerGroup());
        if (pull.hasCommitOffset() && pull.commitOffset() >= 0 && mayCommit) {
            offsets.put(pull.consumerGroup(), pull.topic(), pull.queueId(), pull.commitOffset());
        }
        long suspendMs = pull.maySuspend() ? Math.clamp(pull.suspendTimeoutMs(), 0, SUSPEND_MS_MAX) : 0;
        long deadline = nanoTime.getAsLong() + Duration.ofMillis(suspendMs).toNanos();
        start(new ParkedPoll(pull, caller, filter, queue, deadline), suspendMs > 0);
    }

    private void createGroup(PullMessage pull, Caller caller) {
        admin.execute(() -> {
            if (groups.findOrCreate(pull.consumerGroup()).isEmpty()) {
                RequestFailure missing = PullRules.groupMissing(pull.consumerGroup());
                caller.reply(Reply.failure(missing.code(), missing.remark()));
                return;
            }
            caller.connection().execute(() -> answering(caller, () -> handle(pull, caller)));
        });
    }

    private void start(ParkedPoll poll, boolean maySuspend) {
        boolean mayBlock =
                poll.filter() instanceof SqlFilter && poll.queue().maxOffset() - poll.fromOffset() > RECENT_COUNT_MAX;
        if (mayBlock) {
            admin.execute(() -> answering(poll.caller(), () -> read(poll, maySuspend, false)));
        } else {
            read(poll, maySuspend, false);
        }
    }

    /** @param isWoken whether the pull waited before, and so goes on waiting if nothing of what came matches */
    private void read(ParkedPoll poll, boolean maySuspend, boolean isWoken) {
        PullMessage pull = poll.pull();
        int bytes = pull.limits().bytesMax() > 0 ? Math.min(pull.limits().bytesMax(), bytesMax) : DEFAULT_BYTES_MAX;
        int count = Math.clamp(pull.limits().countMax(), 1, COUNT_MAX);
        int scan = poll.filter() instanceof SqlFilter ? RECORD_SCAN_MAX : Math.max(SCAN_MAX, count);
        ReadResult result = store.read(
                poll.queue(), new ReadLimits(poll.fromOffset(), count, bytes, scan, REFUSED_BYTES_MAX), poll.filter());
        switch (result.status()) {
            case FOUND -> found(poll, result);
            case NO_MATCH -> {
                boolean isAtEnd = result.nextOffset() >= result.maxOffset();
                if (isWoken && isAtEnd && maySuspend) {
                    nothingNew(poll.from(result.nextOffset()), result, true);
                } else {
                    empty(poll, result, ResponseCode.PULL_RETRY_IMMEDIATELY);
                }
            }
            case REMOVED -> empty(poll, result, ResponseCode.PULL_RETRY_IMMEDIATELY);
            case TOO_HIGH, TOO_LOW -> empty(poll, result, ResponseCode.PULL_OFFSET_MOVED);
            case EMPTY_QUEUE -> {
                if (pull.queueOffset() == 0) {
                    nothingNew(poll, result, maySuspend);
                } else {
                    empty(poll, result, ResponseCode.PULL_OFFSET_MOVED);
                }
            }
            case NO_NEW -> nothingNew(poll, result, maySuspend);
        }
    }

    private void nothingNew(ParkedPoll poll, ReadResult result, boolean maySuspend) {
        if (!maySuspend) {
            // A client that was passed over messages hears so at the end: its offset moves on.
            empty(poll, result, poll.hasMoved() ? ResponseCode.PULL_RETRY_IMMEDIATELY : ResponseCode.PULL_NOT_FOUND);
            return;
        }
        result.close();
        parked.park(poll);
        PullMessage pull = poll.pull();
        boolean isGone =
                poll.queue().isDeleted() || resets.isPending(pull.consumerGroup(), pull.topic(), pull.queueId());
        boolean cameMeanwhile = poll.queue().maxOffset() > poll.fromOffset();
        if ((isGone || cameMeanwhile) && poll.claim()) {
            if (isGone) {
                again(poll);
            } else {
                wake(poll);
            }
        }
    }

    /** A group was moved: its pulls that wait are answered as if they were asked now, others go on waiting. */
    public void groupMoved(String consumerGroup, String topic) {
        for (ParkedPoll poll : parked.takeAll(topic)) {
            if (poll.pull().consumerGroup().equals(consumerGroup)) {
                again(poll);
            } else {
                wake(poll);
            }
        }
    }

    /** The queues of a topic are gone: who waits for them is answered as if it asked now. */
    public void topicDeleted(String topic) {
        parked.takeTopic(topic).forEach(this::again);
    }

    private void again(ParkedPoll poll) {
        Caller caller = poll.caller();
        caller.connection().execute(() -> answering(caller, () -> handle(poll.pull(), caller)));
    }

    /** Runs a step outside the dispatcher's care; what it throws is answered, so that nobody waits for a time-out. */
    private static void answering(Caller caller, Runnable step) {
        try {
            step.run();
        } catch (RequestFailure refused) {
            caller.reply(Reply.failure(refused.code(), refused.remark()));
        } catch (RejectedExecutionException full) {
            caller.reply(Reply.failure(ResponseCode.SYSTEM_BUSY, BUSY));
        } catch (RuntimeException fault) {
            LOG.atError()
                    .addKeyValue("client", caller.connection().remoteAddress())
                    .setCause(fault)
                    .log("pull failed");
            caller.reply(Reply.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(fault)));
        }
    }

    /** A message arrived for a claimed poll: reads again on its event loop. */
    private void wake(ParkedPoll poll) {
        readAgain(poll, poll.deadlineNanos() - nanoTime.getAsLong() > 0);
    }

    /** Answers the polls whose time is over; called by the timers thread. */
    public int answerExpired() {
        var expired = parked.takeExpired();
        expired.forEach(poll -> readAgain(poll, false));
        return expired.size();
    }

    /** Answers all polls that wait: they are to be asked again, of whoever serves then. */
    public void answerAll() {
        parked.takeAll().forEach(poll -> readAgain(poll, false));
    }

    private void readAgain(ParkedPoll poll, boolean maySuspend) {
        ParkedPoll unclaimed = poll.from(poll.fromOffset());
        Caller caller = poll.caller();
        caller.connection().execute(() -> answering(caller, () -> read(unclaimed, maySuspend, true)));
    }

    private static ReplyHeader.PullReply header(ReadResult result) {
        return new ReplyHeader.PullReply(0, result.nextOffset(), result.minOffset(), result.maxOffset());
    }

    private void empty(ParkedPoll poll, ReadResult result, ResponseCode code) {
        poll.caller().reply(new Reply(code, result.status().name(), header(result), ReplyBody.EMPTY));
        result.close();
        counters.pulled(0, 0);
    }

    private void found(ParkedPoll poll, ReadResult result) {
        counters.pulled(result.count(), result.bytes());
        PullMessage pull = poll.pull();
        deliveries.delivered(
                new Deliveries.Pulled(pull.consumerGroup(), pull.topic(), pull.queueId(), result.nextOffset()),
                result.count(),
                result.bytes());
        if (result.isCold()) {
            try {
                admin.execute(() ->
                        answering(poll.caller(), () -> poll.caller().reply(foundReply(result, copied(result)))));
            } catch (RejectedExecutionException full) {
                result.close();
                throw full;
            }
        } else {
            poll.caller().reply(foundReply(result, new ReplyBody(result.slices(), result.bytes(), result::close)));
        }
    }

    private static Reply foundReply(ReadResult result, ReplyBody body) {
        return new Reply(ResponseCode.SUCCESS, "FOUND", header(result), body);
    }

    private static ReplyBody copied(ReadResult result) {
        ByteBuffer copy = ByteBuffer.allocate(result.bytes());
        result.slices().forEach(slice -> copy.put(slice.duplicate()));
        result.close();
        return ReplyBody.of(copy.array());
    }
}
