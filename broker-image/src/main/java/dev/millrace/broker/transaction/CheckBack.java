package dev.millrace.broker.transaction;

import dev.millrace.broker.consumergroup.Member;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.protocol.command.ClientRequest.CheckTransaction;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreException;
import dev.millrace.store.WriteState;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks producers about halves that have no outcome, gives up those that nobody answers for, and stores those again whose
 * segment retention wants to remove.
 *
 * <p>Owner: the transactions thread. Questions a second are bounded; a half whose group has no member waits and is not
 * counted.
 */
final class CheckBack {
    private static final Logger LOG = LoggerFactory.getLogger(CheckBack.class);
    /** Questions of one turn; four turns a second. */
    private static final int CHECKS_PER_TURN_MAX = 250;

    private static final int LOGGED_PER_TURN_MAX = 10;

    private final MessageStore store;
    private final HalfFollower follower;
    private final PendingHalves halves;
    private final Settlements settlements;
    private final TransactionCounters counters;
    private final Surroundings surroundings;
    private int turnNumber;
    private int loggedInTurn;

    /**
     * What it needs to know of the broker.
     *
     * @param storeHost host field of the record layout
     * @param onGiveUp makes the topic of halves that are given up; may write a file
     */
    record Surroundings(Members members, InstantSource clock, String brokerName, byte[] storeHost, Runnable onGiveUp) {}

    CheckBack(
            MessageStore store,
            HalfFollower follower,
            Settlements settlements,
            TransactionCounters counters,
            Surroundings surroundings) {
        this.store = store;
        this.follower = follower;
        this.halves = follower.halves();
        this.settlements = settlements;
        this.counters = counters;
        this.surroundings = surroundings;
    }

    /** One turn; gives the number of halves it dealt with. */
    int turn() {
        turnNumber++;
        loggedInTurn = 0;
        boolean isWritable = store.writeState() == WriteState.WRITABLE;
        follower.setMayKeepSegments(isWritable);
        return isWritable ? renewWanted() + checkDue() : 0;
    }

    private int renewWanted() {
        List<Half> wanted = halves.before(follower.wantedPosition(), CHECKS_PER_TURN_MAX);
        for (Half half : wanted) {
            settle(half, record -> settlements.renew(record, half.checkCount(), half.sinceMs()), counters.renewed);
        }
        return wanted.size();
    }

    private int checkDue() {
        TransactionConfig config = follower.config();
        long now = surroundings.clock.millis();
        Map<String, List<Connection>> connections = new HashMap<>();
        PendingHalves.DueRule rule = new PendingHalves.DueRule(
                now,
                CHECKS_PER_TURN_MAX,
                config.checkMax(),
                config.ageMax().toMillis(),
                config.timeout().toMillis());
        List<Half> due = halves.takeDue(
                rule,
                group -> !connections.computeIfAbsent(group, this::writable).isEmpty());
        for (Half half : due) {
            if (rule.isOver(half.checkCount(), half.sinceMs())) {
                giveUp(half);
            } else {
                ask(half, connections.getOrDefault(half.group(), List.of()), now);
            }
        }
        return due.size();
    }

    private List<Connection> writable(String group) {
        List<Connection> found = new ArrayList<>();
        for (Member member : surroundings.members.producers(group).values()) {
            if (member.connection().isWritable()) {
                found.add(member.connection());
            }
        }
        found.sort(Comparator.comparing(Connection::remoteAddress));
        return found;
    }

    private void ask(Half half, List<Connection> connections, long now) {
        HalfRecord record = read(half);
        if (record == null || connections.isEmpty()) {
            return;
        }
        int asked = half.checkCount() + 1;
        Connection connection = connections.get(Math.floorMod(turnNumber + half.checkCount(), connections.size()));
        String uniqueId = record.property(PropertyNames.UNIQUE_KEY);
        connection.sendOneWay(new CheckTransaction(
                half.queueOffset(),
                half.position(),
                uniqueId,
                uniqueId,
                OffsetMessageId.of(surroundings.storeHost, half.position()),
                Destination.of(record).topic(),
                surroundings.brokerName,
                settlements.question(record)));
        counters.checks.increment();
        halves.schedule(half.position(), asked, now + follower.config().pauseMs(asked));
    }

    private void giveUp(Half half) {
        HalfRecord record = read(half);
        if (record == null) {
            return;
        }
        surroundings.onGiveUp.run();
        warn(
                half,
                "a transaction is given up, nobody told its outcome; its half message goes to"
                        + " TRANS_CHECK_MAX_TIME_TOPIC and is not delivered");
        settle(half, known -> settlements.giveUp(known, half.checkCount()), counters.givenUp);
    }

    private void warn(Half half, String what) {
        if (loggedInTurn++ < LOGGED_PER_TURN_MAX) {
            LOG.atWarn()
                    .addKeyValue("group", half.group())
                    .addKeyValue("position", half.position())
                    .addKeyValue("offset", half.queueOffset())
                    .log(what + "; first stored at {} ms, {} questions", half.sinceMs(), half.checkCount());
        }
    }

    /** The record of a half; without one the half is dropped. */
    private @Nullable HalfRecord read(Half half) {
        HalfRecord record = HalfRecord.read(store, half.position()).orElse(null);
        boolean isUsable = record != null && hasDestination(record);
        if (!isUsable) {
            counters.lost.increment();
            warn(half, "a half message is dropped: its record is gone from the log, or does not say where it goes");
            halves.settled(half.position());
        }
        return isUsable ? record : null;
    }

    private static boolean hasDestination(HalfRecord record) {
        try {
            Destination.of(record);
            return true;
        } catch (StoreException e) {
            return false;
        }
    }

    private void settle(Half half, Settling settling, LongAdder counter) {
        HalfRecord record = read(half);
        if (record == null || !halves.claim(half.position())) {
            return;
        }
        CompletableFuture<AppendOutcome> append;
        try {
            append = settling.append(record);
        } catch (StoreException e) {
            halves.release(half.position());
            throw e;
        }
        append.thenAccept(outcome -> {
            if (outcome instanceof AppendOutcome.Appended) {
                counter.increment();
            } else {
                halves.release(half.position());
            }
        });
    }

    /** Writes what becomes of a half. */
    private interface Settling {
        CompletableFuture<AppendOutcome> append(HalfRecord record);
    }
}
