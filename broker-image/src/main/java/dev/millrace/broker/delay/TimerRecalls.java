package dev.millrace.broker.delay;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.RecallHandle;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Recalls messages that are held back. A message is claimed either for its delivery or for a recall, by one thread, so
 * one of both wins; the record of the recall settles the message in the log as a delivery would.
 *
 * <p>Owner: the delays thread, but {@link #recall}. Bounded: {@code WAITING_MAX} recalls wait.
 */
public final class TimerRecalls {
    private static final int WAITING_MAX = 10_000;
    private static final long WAIT_MS_MAX = 3_000;
    private static final byte[] TOPIC = TopicNames.TIMER.getBytes(StandardCharsets.UTF_8);

    private final MessageStore store;
    private final TimerLedger ledger;
    private final byte[] storeHost;
    private final InstantSource clock;
    private final ArrayBlockingQueue<Wanted> inbox = new ArrayBlockingQueue<>(WAITING_MAX);
    private final ArrayDeque<Wanted> waiting = new ArrayDeque<>();
    private final ArrayDeque<RecallAppend> underWay = new ArrayDeque<>();
    /** Positions and due times of what is recalled, until the calendar has it settled. */
    private final Map<Long, Long> recalled = new HashMap<>();

    private long recalledCount;

    /** How a recall ended. */
    public sealed interface Outcome {
        /** It is recalled, and nobody will get it. */
        record Recalled() implements Outcome {}

        /** It was delivered or recalled before, or never held back. */
        record NotPending() implements Outcome {}

        /** Too many recalls wait, or the broker is behind. */
        record Busy() implements Outcome {}

        /** The log did not take the recall. */
        record Refused(AppendOutcome outcome) implements Outcome {}
    }

    /** @param needed the message is known once everything before this position is followed */
    private record Wanted(RecallHandle handle, long needed, long sinceMs, CompletableFuture<Outcome> answer) {}

    private static final class RecallAppend extends AppendRequest {
        private final Wanted wanted;
        private final long position;
        private volatile boolean isDone;
        private volatile AppendOutcome outcome = AppendOutcome.Appended.INSTANCE;

        RecallAppend(Wanted wanted, long position) {
            super(1);
            this.wanted = wanted;
            this.position = position;
        }

        @Override
        protected void completed(AppendOutcome newOutcome) {
            outcome = newOutcome;
            isDone = true;
        }
    }

    TimerRecalls(MessageStore store, TimerLedger ledger, byte[] storeHost, InstantSource clock) {
        this.store = store;
        this.ledger = ledger;
        this.storeHost = storeHost;
        this.clock = clock;
    }

    long recalledCount() {
        return recalledCount;
    }

    /** Any thread; the stage completes on the delays thread. */
    public CompletionStage<Outcome> recall(RecallHandle handle) {
        Wanted wanted = new Wanted(handle, store.maxPosition(), clock.millis(), new CompletableFuture<>());
        if (!inbox.offer(wanted)) {
            wanted.answer.complete(new Outcome.Busy());
        }
        return wanted.answer;
    }

    /** @param reached everything before this position is in the calendar */
    int turn(long reached) {
        int ended = answerAppended();
        inbox.drainTo(waiting);
        if (waiting.isEmpty()) {
            return ended;
        }
        recalled.entrySet().removeIf(each -> !ledger.calendar().isClaimed(each.getValue(), each.getKey()));
        long now = clock.millis();
        int asked = waiting.size();
        Map<Long, Map<Long, List<Wanted>>> byHour = takeReady(reached, now);
        byHour.forEach((number, byKey) -> {
            CalendarHour hour = ledger.calendar().hour(number);
            Set<Wanted> moving = hour == null ? Set.of() : find(hour, byKey, now);
            byKey.values().forEach(left -> left.forEach(each -> notFound(each, moving.contains(each), now)));
        });
        return ended + asked - waiting.size();
    }

    /** @param isMoving the message is being stored again, so it is held back at another place in a moment */
    private void notFound(Wanted wanted, boolean isMoving, long now) {
        if (!isMoving) {
            wanted.answer.complete(new Outcome.NotPending());
        } else {
            waitOrGiveUp(wanted, now);
        }
    }

    private void waitOrGiveUp(Wanted wanted, long now) {
        if (now - wanted.sinceMs > WAIT_MS_MAX) {
            wanted.answer.complete(new Outcome.Busy());
        } else {
            waiting.add(wanted);
        }
    }

    private Map<Long, Map<Long, List<Wanted>>> takeReady(long reached, long now) {
        Map<Long, Map<Long, List<Wanted>>> byHour = new HashMap<>();
        int left = waiting.size();
        while (left-- > 0) {
            Wanted wanted = waiting.remove();
            if (wanted.needed <= reached) {
                long dueMs = wanted.handle.dueMs();
                long key = TimerLedger.key(TimerCalendar.msInHour(dueMs), TimerFollower.hash(wanted.handle.uniqueId()));
                byHour.computeIfAbsent(TimerCalendar.hourOf(dueMs), number -> new HashMap<>())
                        .computeIfAbsent(key, any -> new ArrayList<>())
                        .add(wanted);
            } else {
                waitOrGiveUp(wanted, now);
            }
        }
        return byHour;
    }

    /**
     * Looks through an hour once for all recalls; those that are under way leave {@code byKey}. Gives those whose message
     * is claimed before its time, but not by a recall: it is being stored again.
     */
    private Set<Wanted> find(CalendarHour hour, Map<Long, List<Wanted>> byKey, long now) {
        Set<Wanted> moving = new HashSet<>();
        for (long index = hour.firstLive(); index < hour.count(); index++) {
            if (hour.isSettled(index)) {
                continue;
            }
            List<Wanted> wanted = byKey.get(TimerLedger.key(hour.dueInHourMs(index), hour.keyHash(index)));
            if (wanted != null && hour.isWaiting(index)) {
                recall(hour, index, wanted);
            } else if (wanted != null && hour.dueMs(index) > now && !recalled.containsKey(hour.position(index))) {
                noteMoving(hour.position(index), wanted, moving);
            }
        }
        return moving;
    }

    private void noteMoving(long position, List<Wanted> candidates, Set<Wanted> moving) {
        for (Wanted each : candidates) {
            if (isMessageOf(each.handle, position)) {
                moving.add(each);
            }
        }
    }

    private void recall(CalendarHour hour, long index, List<Wanted> candidates) {
        Iterator<Wanted> each = candidates.iterator();
        while (each.hasNext()) {
            Wanted wanted = each.next();
            if (isMessageOf(wanted.handle, hour.position(index))) {
                each.remove();
                hour.claim(index);
                append(wanted, hour.position(index));
                return;
            }
        }
    }

    private boolean isMessageOf(RecallHandle handle, long position) {
        try (LogSlice record = store.recordAt(position).orElse(null)) {
            return record != null && TimerRecords.isRecalledBy(StoredMessage.decode(record.bytes(), 0), handle);
        }
    }

    private void append(Wanted wanted, long position) {
        RecallAppend request = new RecallAppend(wanted, position);
        byte[] properties =
                MessageProperties.encode(TimerRecords.recall(wanted.handle)).getBytes(StandardCharsets.UTF_8);
        ByteBuffer body = ByteBuffer.wrap(new byte[] {'0'});
        ByteBuffer record = ByteBuffer.allocate(
                StoredMessageLayout.recordBytes(0, body.remaining(), TOPIC.length, properties.length)
                        + 2 * StoredMessageLayout.HOST_IPV6_LENGTH);
        new StoredMessageEncoder()
                .encode(
                        record,
                        new StoredMessageEncoder.Head(
                                0,
                                0,
                                0,
                                clock.millis(),
                                storeHost,
                                storeHost,
                                0,
                                position == 0 ? TimerFollower.FIRST_RECORD : position),
                        body,
                        TOPIC,
                        ByteBuffer.wrap(properties));
        request.records = record.flip();
        request.count = 1;
        request.queues[0] = store.queue(TopicNames.TIMER, 0);
        recalled.put(position, wanted.handle.dueMs());
        if (store.append(request)) {
            underWay.add(request);
        } else {
            recalled.remove(position);
            ledger.unclaim(wanted.handle.dueMs(), position);
            wanted.answer.complete(new Outcome.Busy());
        }
    }

    private int answerAppended() {
        int ended = 0;
        RecallAppend first = underWay.peek();
        while (first != null && first.isDone) {
            underWay.remove();
            ended++;
            if (first.outcome instanceof AppendOutcome.Appended) {
                recalledCount++;
                first.wanted.answer.complete(new Outcome.Recalled());
            } else {
                recalled.remove(first.position);
                ledger.unclaim(first.wanted.handle.dueMs(), first.position);
                first.wanted.answer.complete(new Outcome.Refused(first.outcome));
            }
            first = underWay.peek();
        }
        return ended;
    }
}
