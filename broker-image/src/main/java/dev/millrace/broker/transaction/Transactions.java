package dev.millrace.broker.transaction;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.dispatch.Dispatcher;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.command.TransactionRequest.EndTransaction;
import dev.millrace.store.MessageStore;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions of a broker whose store is open.
 *
 * <p>Owner: the transactions thread; {@link #takesHalves} and {@link #describe} are for any thread. Crash behaviour: the
 * file of pending halves is written once the log is durable up to where it got, so a start finds the rest in the log.
 */
public final class Transactions {
    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    private final HalfFollower follower;
    private final ConsumerOffsetTable offsets;
    private final EndTransactionHandler handler;
    private final CheckBack checkBack;
    private final TransactionCounters counters = new TransactionCounters();
    private final HalfSaves saves;

    /**
     * What transactions need.
     *
     * @param onGiveUp makes the topic of halves that are given up; may write a file
     */
    public record Parts(
            MessageStore store,
            HalfFollower follower,
            Members members,
            ConsumerOffsetTable offsets,
            InstantSource clock,
            byte[] storeHost,
            String brokerName,
            Runnable onGiveUp) {}

    public Transactions(Parts parts) {
        MessageStore store = parts.store;
        this.follower = parts.follower;
        this.offsets = parts.offsets;
        this.saves = new HalfSaves(store, follower);
        Settlements settlements = new Settlements(store, parts.clock, parts.storeHost);
        this.handler = new EndTransactionHandler(store, follower, settlements, counters, parts.clock);
        this.checkBack = new CheckBack(
                store,
                follower,
                settlements,
                counters,
                new CheckBack.Surroundings(
                        parts.members, parts.clock, parts.brokerName, parts.storeHost, parts.onGiveUp));
        forgetDealtWith();
    }

    /** A broker that served this folder before may have stored halves again, or given them up, without a mark. */
    private void forgetDealtWith() {
        offsets.find(TopicNames.TRANSACTION_GROUP, TopicNames.HALF, 0).ifPresent(offset -> {
            int forgotten = follower.halves().forgetBefore(offset);
            if (forgotten > 0) {
                LOG.atInfo()
                        .addKeyValue("offset", offset)
                        .log("{} half messages before the offset were dealt with by another broker", forgotten);
            }
        });
        LOG.atInfo().log(
                "{} half messages wait for their outcome", follower.halves().count());
    }

    public void register(Dispatcher.Builder table) {
        table.blockingLater(RequestCode.END_TRANSACTION, EndTransaction.class, handler);
    }

    /** Whether there is room for one more half message. */
    public boolean takesHalves() {
        return follower.halves().count() < follower.config().pendingMax();
    }

    /** Asks about halves and gives up those that are over; called four times a second. */
    public void turn() {
        checkBack.turn();
    }

    /** Saves pending halves if anything changed; the last state waits until the log is durable so far. */
    public void save() {
        saves.turnAndTell().ifPresent(this::publish);
    }

    /** Tells a RocketMQ broker that serves this folder later where to begin. */
    private void publish(PendingHalves.Content content) {
        boolean isEmpty = content.halves().isEmpty();
        long first =
                isEmpty ? content.nextHalfOffset() : content.halves().getFirst().queueOffset();
        offsets.put(TopicNames.TRANSACTION_GROUP, TopicNames.HALF, 0, first);
        if (isEmpty) {
            offsets.put(TopicNames.TRANSACTION_GROUP, TopicNames.HALF_OP, 0, content.nextOpOffset());
        }
    }

    /** Adds the figures that tools ask for. */
    public void describe(Map<String, String> table) {
        table.put("transactionsPending", Integer.toString(follower.halves().count()));
        counters.describe(table);
    }
}
