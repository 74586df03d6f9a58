package dev.millrace.client.jdbc;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.idempotent.ClaimOutcome;
import dev.millrace.client.idempotent.IdempotenceException;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.StoreKey;
import dev.millrace.client.idempotent.WhenStoreFails;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks first, then works, then commits, all in one transaction. Who marks the same message meanwhile waits in the database
 * until this transaction ends: that is the lease, and it ends with the connection.
 *
 * <p>Thread-safe: each call has its own connection. If the process or the connection dies, the database rolls back mark and
 * effect. If it dies during the commit, both are there or both are not, and the next delivery sees which.
 */
final class TransactionRunner {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionRunner.class);
    private static final int FORGET_AFTER_CALLS = 1000;
    private static final int FORGET_A_PASS = 2000;
    private static final int PASSES_MAX = 10;
    /** Another works on it: no attempt of this message, and worth another look soon. */
    private static final ConsumeResult HELD_AGAIN = ConsumeResult.later(Duration.ofSeconds(1));

    private final Database database;
    private final IdempotenceSettings settings;
    private final TransactionalBatchWork work;
    private final TransactionCounters counters = new TransactionCounters();
    private final AtomicInteger calls = new AtomicInteger();

    TransactionRunner(Database database, IdempotenceSettings settings, TransactionalBatchWork work) {
        if (settings.whenStoreFails() == WhenStoreFails.GO_ON) {
            throw new IdempotenceException(
                    "work in a transaction can't go on without its database; use whenStoreFails(FAIL)");
        }
        this.database = database;
        this.settings = settings;
        this.work = work;
    }

    TransactionCounts counts() {
        return counters.snapshot();
    }

    ConsumeResult consume(List<ReceivedMessage> messages) throws Exception {
        // Sorted, so that two batches with the same messages don't wait for each other.
        Map<StoreKey, Integer> places = new TreeMap<>((a, b) -> a.value().compareTo(b.value()));
        for (int i = 0; i < messages.size(); i++) {
            String identity = settings.identity().of(messages.get(i));
            places.putIfAbsent(StoreKey.of(settings.scope(), identity), i);
        }
        ConsumeResult result;
        try (Connection connection = database.connection()) {
            result = inTransaction(connection, messages, places);
        }
        if (calls.incrementAndGet() % FORGET_AFTER_CALLS == 0) {
            forgetExpired();
        }
        return result;
    }

    private ConsumeResult inTransaction(
            Connection connection, List<ReceivedMessage> messages, Map<StoreKey, Integer> places) throws Exception {
        boolean wasAutomatic = connection.getAutoCommit();
        boolean isCommitted = false;
        connection.setAutoCommit(false);
        try {
            List<ReceivedMessage> ours = new ArrayList<>();
            boolean isHeld = mark(connection, messages, places, ours);
            ConsumeResult result = ours.isEmpty()
                    ? ConsumeResult.SUCCESS
                    : together(work.consume(ours, BorrowedConnection.of(connection)), ours.size());
            if (!ours.isEmpty() && result == ConsumeResult.SUCCESS) {
                connection.commit();
                isCommitted = true;
                counters.committed(ours.size());
            }
            counters.duplicates(isHeld ? 0 : messages.size() - ours.size());
            return isHeld && result == ConsumeResult.SUCCESS ? HELD_AGAIN : result;
        } finally {
            if (!isCommitted) {
                counters.rolledBack();
                Database.rollBack(connection);
            }
            Database.restore(connection, wasAutomatic);
        }
    }

    /** One transaction has one result: the first that is not SUCCESS. */
    private static ConsumeResult together(@Nullable ConsumeResult result, int count) {
        if (result == null) {
            throw new IdempotenceException(
                    "the work gave null for " + count + " messages, so it is rolled back; give a result");
        }
        return result.forMessages(count).stream()
                .filter(each -> each != ConsumeResult.SUCCESS)
                .findFirst()
                .orElse(ConsumeResult.SUCCESS);
    }

    /** Marks what is not marked; gives whether others are at work on some of them. */
    private boolean mark(
            Connection connection,
            List<ReceivedMessage> messages,
            Map<StoreKey, Integer> places,
            List<ReceivedMessage> ours)
            throws SQLException {
        try {
            List<Integer> claimed = new ArrayList<>();
            int heldCount = database.limited(connection, (limited, table) -> {
                int held = 0;
                for (Map.Entry<StoreKey, Integer> each : places.entrySet()) {
                    ClaimOutcome outcome = table.claim(limited, each.getKey(), MarkTable.DONE, settings.retention());
                    if (outcome instanceof ClaimOutcome.Claimed) {
                        claimed.add(each.getValue());
                    }
                    held += outcome instanceof ClaimOutcome.Held ? 1 : 0;
                }
                return held;
            });
            claimed.stream().sorted().map(messages::get).forEach(ours::add);
            counters.held(heldCount);
            return heldCount > 0;
        } catch (SQLException e) {
            if (!Database.isConflict(e)) {
                throw e;
            }
            counters.held(places.size());
            return true;
        }
    }

    private void forgetExpired() {
        try {
            int passes = 0;
            int forgotten;
            do {
                forgotten = database.call(
                        "cleaning up", (connection, table) -> table.forgetExpired(connection, FORGET_A_PASS));
                passes++;
            } while (forgotten == FORGET_A_PASS && passes < PASSES_MAX);
        } catch (IdempotenceException e) {
            LOG.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("marks that are over not deleted; trying again later");
        }
    }
}
