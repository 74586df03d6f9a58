package dev.millrace.broker.send;

import dev.millrace.broker.deduplication.Claim;
import dev.millrace.broker.deduplication.Ending;
import dev.millrace.broker.deduplication.Flight;
import dev.millrace.broker.deduplication.Receipt;
import dev.millrace.broker.deduplication.Window;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Which messages of one request are stored with it and which repeat earlier ones. The answer waits for all of them: for
 * the request's own records, and for the first message of each one that is repeated.
 *
 * <p>Owner: the event loop until the request is appended, then who completes it, then the event loop again.
 */
final class Repeats {
    private static final CompletableFuture<Ending> OWN = new CompletableFuture<>();

    /** Per message: {@link #OWN}, or the end of the one that it repeats. */
    private final List<CompletableFuture<Ending>> endings = new ArrayList<>();

    private final List<Mine> flights = new ArrayList<>();
    private int records;

    /** A message of this request that others may wait for, and which of its records it is. */
    private record Mine(Flight flight, int message, int record) {}

    /** Takes the next message. True if its record is to be appended, false if it repeats an earlier message. */
    boolean take(@Nullable Window window, @Nullable String key, int queueId, long dueMs) {
        if (window != null && key != null) {
            switch (window.claim(key, queueId, dueMs)) {
                case Claim.First first -> flights.add(new Mine(first.flight(), endings.size(), records));
                case Claim.Repeated repeated -> {
                    endings.add(repeated.ending());
                    return false;
                }
            }
        }
        endings.add(OWN);
        records++;
        return true;
    }

    /** Messages taken so far. */
    int count() {
        return endings.size();
    }

    /** Records to append. */
    int recordCount() {
        return records;
    }

    /** Gives up all messages from this one on: they are not appended. */
    void giveUpFrom(int message, AppendOutcome outcome) {
        while (!flights.isEmpty() && flights.getLast().message >= message) {
            flights.removeLast().flight.refused(outcome);
        }
        while (endings.size() > message) {
            records -= endings.removeLast() == OWN ? 1 : 0;
        }
    }

    /** The request was appended, or was not. */
    void completed(AppendOutcome outcome, AppendRequest request) {
        for (Mine mine : flights) {
            if (outcome instanceof AppendOutcome.Appended) {
                mine.flight.stored(request.queueOffsets[mine.record], request.positions[mine.record]);
            } else {
                mine.flight.refused(outcome);
            }
        }
    }

    /** Runs an action once every message that is repeated has come to its end; on the thread that brings the last one. */
    void whenAllEnded(Runnable action) {
        List<CompletableFuture<Ending>> others = endings.stream()
                .filter(ending -> ending != OWN && !ending.isDone())
                .toList();
        if (others.isEmpty()) {
            action.run();
        } else {
            CompletableFuture.allOf(others.toArray(CompletableFuture[]::new)).thenRun(action);
        }
    }

    /** Why a message that is repeated was not stored; null if all were. */
    @Nullable
    AppendOutcome refusal() {
        for (CompletableFuture<Ending> ending : endings) {
            if (ending != OWN && ending.join() instanceof Ending.Refused refused) {
                return refused.outcome();
            }
        }
        return null;
    }

    /** Where the message is stored that this one repeats; null if its own record is stored. */
    @Nullable
    Receipt receipt(int message) {
        CompletableFuture<Ending> ending = endings.get(message);
        return ending != OWN && ending.join() instanceof Ending.Stored stored ? stored.receipt() : null;
    }
}
