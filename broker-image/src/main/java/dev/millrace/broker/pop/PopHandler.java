package dev.millrace.broker.pop;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.Handler;
import dev.millrace.broker.metrics.BrokerCounters;
import dev.millrace.broker.metrics.Deliveries;
import dev.millrace.broker.send.SendFailures;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.PopRequest.Pop;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.store.AppendOutcome;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Takes messages for a while. A request that finds none and may wait is parked until one arrives or its time is over.
 * What is taken is in the log before the consumer gets it; if the broker ends in between, it is delivered again.
 *
 * <p>Owner: the event loop of the connection; records far behind the end of the log are copied on the admin executor.
 */
final class PopHandler implements Handler<Pop> {
    /** A request that is this much older than the time it would wait has been given up by its client. */
    private static final long LATE_MS_MAX = 500;

    private static final long WAIT_MS_MIN = 50;
    private static final long WAIT_MS_MAX = 60_000;
    /** Further behind than this, records to look into may be on disk only. */
    private static final long RECENT_COUNT_MAX = 10_000;
    /** Marks of takes that are not in order begin behind those that clients give a meaning. */
    private static final int MARK_MIN = 1000;

    private static final String NONE = "NO_MESSAGE_IN_QUEUE";

    private final PopRules rules;
    private final PopReader reader;
    private final ParkedPops parked;
    private final PopAppends appends;
    private final InFlight inFlight;
    private final Parts parts;

    /** What it needs beside; {@code admin} runs what may block. */
    record Parts(
            GroupTable groups,
            BrokerCounters counters,
            Deliveries deliveries,
            Executor admin,
            InstantSource clock,
            LongSupplier nanoTime,
            String brokerName,
            int inFlightMax) {}

    /** What is answered once the log knows. */
    private record Found(Receipt receipt, ReplyBody body) {}

    PopHandler(
            PopRules rules, PopReader reader, ParkedPops parked, PopAppends appends, InFlight inFlight, Parts parts) {
        this.rules = rules;
        this.reader = reader;
        this.parked = parked;
        this.appends = appends;
        this.inFlight = inFlight;
        this.parts = parts;
    }

    @Override
    public void handle(Pop pop, Caller caller) {
        rules.check(pop);
        if (!rules.isGroupThere(pop.consumerGroup())) {
            createGroup(pop, caller);
            return;
        }
        long waitMs = waitMs(pop.pollTime(), pop.bornTime() == null ? 0 : pop.bornTime(), parts.clock.millis());
        if (waitMs < -LATE_MS_MAX) {
            caller.reply(PopReplies.nothing(
                    ResponseCode.POLLING_TIMEOUT, "the pop request is " + -waitMs + " ms too late; ask again"));
            return;
        }
        QueueKey wanted = new QueueKey(pop.consumerGroup(), pop.topic(), Math.max(-1, pop.queueId()));
        long deadline = parts.nanoTime.getAsLong()
                + Duration.ofMillis(Math.min(waitMs, WAIT_MS_MAX)).toNanos();
        Waiter waiter = new Waiter(
                wanted,
                rules.filter(pop.expType(), pop.exp()),
                caller,
                deadline,
                (again, isOver) -> take(pop, again, isOver));
        take(pop, waiter, waitMs < WAIT_MS_MIN);
    }

    /** Ms that a request may wait. */
    static long waitMs(long pollMs, long bornMs, long nowMs) {
        return bornMs <= 0 ? pollMs : pollMs - (nowMs - bornMs);
    }

    private void createGroup(Pop pop, Caller caller) {
        Answers.later(parts.admin, caller, () -> {
            if (parts.groups.findOrCreate(pop.consumerGroup()).isEmpty()) {
                throw PopRules.groupMissing(pop.consumerGroup());
            }
            caller.connection().execute(() -> Answers.answering(caller, () -> handle(pop, caller)));
        });
    }

    private void take(Pop pop, Waiter waiter, boolean isOver) {
        if (inFlight.count() > parts.inFlightMax - PopEvent.Taken.COUNT_MAX) {
            waiter.caller()
                    .reply(PopReplies.nothing(
                            ResponseCode.POLLING_FULL,
                            inFlight.count() + " messages are taken and not acknowledged, broker.pop.in-flight-max is "
                                    + parts.inFlightMax + "; acknowledge some"));
        } else if (reader.mayBlock(pop, waiter.filter(), RECENT_COUNT_MAX)) {
            Answers.later(parts.admin, waiter.caller(), () -> readAndTake(pop, waiter, isOver));
        } else {
            readAndTake(pop, waiter, isOver);
        }
    }

    private void readAndTake(Pop pop, Waiter waiter, boolean isOver) {
        PopBatch batch = reader.read(pop, waiter.filter());
        if (batch.isEmpty()) {
            nothing(pop, waiter, isOver);
            return;
        }
        if (!batch.isCold()) {
            store(pop, waiter, batch);
            return;
        }
        try {
            Answers.later(parts.admin, waiter.caller(), () -> store(pop, waiter, batch));
        } catch (RejectedExecutionException full) {
            giveBack(pop, batch);
            throw full;
        }
    }

    private void nothing(Pop pop, Waiter waiter, boolean isOver) {
        if (isOver) {
            waiter.caller().reply(PopReplies.nothing(ResponseCode.POLLING_TIMEOUT, NONE));
            parts.counters.pulled(0, 0);
        } else if (!parked.park(waiter, reader.watched(waiter.wanted(), pop.isOrdered()))) {
            waiter.caller()
                    .reply(PopReplies.nothing(
                            ResponseCode.POLLING_FULL,
                            "too many requests wait for messages; ask again later or raise broker.pop.polls-max"));
        } else if (reader.hasNews(waiter.wanted(), pop.isOrdered(), pop.attemptId()) && waiter.claim()) {
            waiter.resume(false);
        }
    }

    private void store(Pop pop, Waiter waiter, PopBatch batch) {
        int mark =
                pop.isOrdered() ? Receipt.ORDERED : ThreadLocalRandom.current().nextInt(MARK_MIN, Integer.MAX_VALUE);
        Receipt receipt = new Receipt(0, parts.clock.millis(), pop.invisibleTime(), mark, parts.brokerName);
        CompletableFuture<AppendOutcome> outcome;
        ReplyBody body;
        try {
            body = PopReplies.body(batch, pop.topic(), receipt, batch.isCold());
            outcome = appends.append(events(pop, batch, receipt), false);
        } catch (RuntimeException e) {
            giveBack(pop, batch);
            throw e;
        }
        outcome.thenAccept(known -> Answers.answering(
                waiter.caller(), () -> stored(pop, waiter.caller(), batch, known, new Found(receipt, body))));
    }

    private static List<PopEvent> events(Pop pop, PopBatch batch, Receipt receipt) {
        List<PopEvent> events = new ArrayList<>(batch.portions().size());
        for (PopBatch.Portion portion : batch.portions()) {
            events.add(new PopEvent.Taken(
                    portion.queue(),
                    portion.start(),
                    receipt.takenMs(),
                    receipt.mark(),
                    portion.result().nextOffset(),
                    receipt.invisibleMs(),
                    portion.distances(),
                    pop.attemptId()));
        }
        return events;
    }

    private void stored(Pop pop, Caller caller, PopBatch batch, AppendOutcome outcome, Found found) {
        if (!(outcome instanceof AppendOutcome.Appended)) {
            giveBack(pop, batch);
            caller.reply(Reply.failure(SendFailures.code(outcome), SendFailures.remark(outcome)));
            return;
        }
        count(batch);
        try {
            caller.reply(PopReplies.found(batch, found.receipt, inFlight, found.body));
        } finally {
            release(pop, batch);
        }
    }

    private void count(PopBatch batch) {
        parts.counters.pulled(batch.count(), batch.bytes());
        for (PopBatch.Portion portion : batch.portions()) {
            QueueKey key = portion.queue();
            parts.deliveries.delivered(
                    new Deliveries.Pulled(
                            key.consumerGroup(),
                            key.topic(),
                            key.queueId(),
                            portion.result().nextOffset()),
                    portion.result().count(),
                    portion.result().bytes());
        }
    }

    private void giveBack(Pop pop, PopBatch batch) {
        batch.closeResults();
        release(pop, batch);
    }

    private void release(Pop pop, PopBatch batch) {
        for (PopBatch.Portion portion : batch.portions()) {
            boolean isMore = reader.release(portion.queue());
            boolean isFree = !pop.isOrdered() || !inFlight.isBlocked(portion.queue(), null, parts.clock.millis());
            if (isMore && isFree) {
                parked.wakeNext(
                        pop.consumerGroup(),
                        pop.topic(),
                        portion.isRetry() ? -1 : portion.queue().queueId());
            }
        }
    }
}
