package dev.millrace.broker.transaction;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.Handler;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.TransactionRequest.EndTransaction;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreException;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the outcome of a transaction. Clients send it one-way, so a refusal is logged and counted, and the question to the
 * producer makes up for one that got lost.
 *
 * <p>Thread-safe. Reads the log, so it runs on the admin executor.
 */
final class EndTransactionHandler implements Handler<EndTransaction> {
    private static final Logger LOG = LoggerFactory.getLogger(EndTransactionHandler.class);

    private final MessageStore store;
    private final HalfFollower follower;
    private final Settlements settlements;
    private final TransactionCounters counters;
    private final InstantSource clock;

    EndTransactionHandler(
            MessageStore store,
            HalfFollower follower,
            Settlements settlements,
            TransactionCounters counters,
            InstantSource clock) {
        this.store = store;
        this.follower = follower;
        this.settlements = settlements;
        this.counters = counters;
        this.clock = clock;
    }

    @Override
    public void handle(EndTransaction request, Caller caller) {
        try {
            switch (request.commitOrRollback()) {
                case EndTransaction.COMMIT, EndTransaction.ROLLBACK -> settle(request, caller);
                case EndTransaction.UNKNOWN -> {
                    counters.unknown.increment();
                    caller.reply(Reply.success());
                }
                default ->
                    throw new RequestFailure(
                            ResponseCode.INVALID_PARAMETER,
                            "commitOrRollback " + request.commitOrRollback()
                                    + " is none of 0 (unknown), 8 (commit) and 12 (rollback)");
            }
        } catch (RequestFailure refused) {
            refuse(request, caller, refused);
        } catch (StoreException malformed) {
            refuse(
                    request,
                    caller,
                    new RequestFailure(ResponseCode.SYSTEM_ERROR, String.valueOf(malformed.getMessage())));
        }
    }

    private void refuse(EndTransaction request, Caller caller, RequestFailure refused) {
        counters.refused.increment();
        LOG.atInfo()
                .addKeyValue("group", request.producerGroup())
                .addKeyValue("position", request.commitLogOffset())
                .addKeyValue("offset", request.tranStateTableOffset())
                .addKeyValue("client", caller.connection().remoteAddress())
                .addKeyValue("code", refused.code())
                .addKeyValue("error", refused.remark())
                .log("the end of a transaction was refused, nothing changed");
        caller.reply(Reply.failure(refused.code(), refused.remark()));
    }

    private void settle(EndTransaction request, Caller caller) {
        long position = request.commitLogOffset();
        HalfRecord half = HalfRecord.read(store, position)
                .orElseThrow(() -> new RequestFailure(
                        ResponseCode.SYSTEM_ERROR,
                        "find prepared transaction message failed: no half message begins at position " + position
                                + ", the log holds " + store.minPosition() + ".." + store.maxPosition()));
        check(request, half);
        if (!follower.halves().claim(position)) {
            throw new RequestFailure(
                    ResponseCode.ILLEGAL_OPERATION,
                    "the transaction of the half message at position " + position
                            + " is settled already: committed, rolled back, stored again or given up");
        }
        boolean isCommit = request.commitOrRollback() == EndTransaction.COMMIT;
        CompletableFuture<AppendOutcome> append;
        try {
            append = isCommit ? settlements.commit(half) : settlements.rollBack(half);
        } catch (StoreException e) {
            follower.halves().release(position);
            throw e;
        }
        LongAdder counter = isCommit ? counters.committed : counters.rolledBack;
        append.thenAccept(outcome -> settled(request, outcome, counter, caller));
    }

    private void check(EndTransaction request, HalfRecord half) {
        String group = half.property(PropertyNames.PRODUCER_GROUP);
        if (!Objects.equals(group, request.producerGroup())) {
            throw new RequestFailure(
                    ResponseCode.SYSTEM_ERROR,
                    "the producer group wrong: the half message is of " + group + ", the request of "
                            + request.producerGroup());
        }
        if (half.queueOffset() != request.tranStateTableOffset()) {
            throw new RequestFailure(
                    ResponseCode.SYSTEM_ERROR,
                    "the transaction state table offset wrong: the half message has " + half.queueOffset()
                            + ", the request " + request.tranStateTableOffset());
        }
        String immunity = half.property(PropertyNames.CHECK_IMMUNITY_SECONDS);
        long ageMs = clock.millis() - half.bornTimeMs();
        if (!Boolean.TRUE.equals(request.fromTransactionCheck())
                && immunity != null
                && ageMs > HalfFollower.immunityMs(immunity, follower.config())) {
            throw new RequestFailure(
                    ResponseCode.ILLEGAL_OPERATION,
                    "the half message is " + ageMs + " ms old, more than its " + immunity
                            + " s of immunity; wait to be asked");
        }
    }

    private void settled(EndTransaction request, AppendOutcome outcome, LongAdder counter, Caller caller) {
        if (outcome instanceof AppendOutcome.Appended) {
            counter.increment();
            caller.reply(Reply.success());
            return;
        }
        follower.halves().release(request.commitLogOffset());
        refuse(
                request,
                caller,
                new RequestFailure(
                        ResponseCode.SERVICE_NOT_AVAILABLE,
                        "the outcome was not stored, the broker asks again: " + outcome));
    }
}
