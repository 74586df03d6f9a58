package dev.millrace.broker.delay;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.store.DiskFullException;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.StoreException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers messages at their time: when one is due it appends the message to its topic, and in the same record names the
 * record that this settles. So the log alone says what is delivered, and a process that dies leaves nothing lost and
 * nothing delivered twice. Source: docs/storage-format.md, section "Timers".
 *
 * <p>Owner: the delays thread, but {@link #figures} and {@link #recalls}.
 */
public final class TimerAgent {
    private static final Logger LOG = LoggerFactory.getLogger(TimerAgent.class);
    /** What is due sooner is delivered rather than stored again. */
    private static final long ROLL_DISTANCE_MS = 1000;

    private final MessageStore store;
    private final TimerFollower follower;
    private final InstantSource clock;
    private final TimerLedger ledger;
    private final TimerWriter writer;
    private final TimerSaves saves;
    private final TimerRecalls recalls;
    private final RateLimit rate;
    private final ArrayDeque<TimerEvents> events = new ArrayDeque<>();
    private final SpaceWarning lackOfSpace = new SpaceWarning();
    private TimerSaves.Extent taken = new TimerSaves.Extent(0, 0);
    private TimerSaves.Extent applied = taken;
    private long rolledTotal;
    private long lostTotal;
    private volatile TimerFigures figures = TimerFigures.NONE;

    /** @param storeHost host field of the record layout */
    public TimerAgent(
            MessageStore store,
            TimerFollower follower,
            InstantSource clock,
            byte[] storeHost,
            long segmentBytes,
            DelayConfig config) {
        this.store = store;
        this.follower = follower;
        this.clock = clock;
        this.ledger = follower.ledger();
        this.writer = new TimerWriter(store, storeHost, segmentBytes);
        this.saves = new TimerSaves(ledger, follower, config.saveInterval());
        this.recalls = new TimerRecalls(store, ledger, storeHost, clock);
        this.rate = new RateLimit(config.rateMax(), clock.millis());
    }

    /** Takes recalls from other threads. */
    public TimerRecalls recalls() {
        return recalls;
    }

    public TimerFigures figures() {
        return figures;
    }

    /**
     * One turn on a replica of a broker group: the calendar follows the log, and nothing is delivered; gives the work done.
     * When the copy becomes master the same agent goes on with {@link #turn}.
     */
    public int turnOnReplica() {
        long now = clock.millis();
        int work = follow(now);
        long durable = store.durablePosition();
        ledger.settleDurable(durable);
        if (follower.wantedRemoved() > follower.removableBefore()) {
            // The master stores again what waits there; until then the log keeps it.
            saves.askSoon();
        }
        saves.turn(now, applied, work > 0, durable);
        return work;
    }

    /** One bounded turn; gives the work done. */
    public int turn() {
        long now = clock.millis();
        int work = follow(now);
        // Read once: what is saved must lack nothing that a durable record settled.
        long durable = store.durablePosition();
        ledger.settleDurable(durable);
        work += writer.complete(ledger, now);
        work += recalls.turn(applied.reached());
        work += roll(now);
        work += deliver(now);
        saves.turn(now, applied, work > 0, durable);
        publish(now);
        return work;
    }

    private int follow(long now) {
        if (events.isEmpty()) {
            // What can't be applied stays with the follower, which counts it and refuses senders.
            TimerFollower.Taken fresh = follower.take();
            events.addAll(fresh.events());
            taken = fresh.extent();
        }
        int count = 0;
        try {
            TimerEvents first = events.peek();
            while (first != null) {
                // An event that was applied is known, though others of its turn are not.
                applied = new TimerSaves.Extent(applied.reached(), taken.followed());
                count += ledger.apply(first);
                events.remove();
                first = events.peek();
            }
            ledger.settleKeys();
            applied = taken;
            lackOfSpace.ended();
        } catch (DiskFullException e) {
            // The events stay, and what they say stays in the log; sends are refused meanwhile.
            lackOfSpace.raised(now, e);
        }
        return count;
    }

    private int deliver(long now) {
        int delivered = 0;
        DueWindow window = ledger.window();
        rate.refill(now);
        while (writer.hasRoom(now) && window.nextDueMs() <= now && rate.take()) {
            CalendarHour hour = window.hour();
            long index = window.claim();
            deliver(hour, index, now);
            delivered++;
        }
        writer.flush(ledger, now);
        return delivered;
    }

    private void deliver(CalendarHour hour, long index, long now) {
        StoredMessage message = read(hour, index);
        if (message == null) {
            return;
        }
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        String topic = properties.getOrDefault(PropertyNames.REAL_TOPIC, "");
        int queueId = queueId(properties.get(PropertyNames.REAL_QUEUE_ID));
        QueueLog queue = topic.isEmpty() || queueId < 0 ? null : queue(topic, queueId);
        if (queue == null) {
            skip(hour, index, "goes to no queue that can be");
            return;
        }
        properties.put(
                PropertyNames.TIMER_TAKEN_MS, Long.toString(message.stored().timeMs()));
        properties.put(PropertyNames.TIMER_DELIVERED_MS, Long.toString(now));
        writer.add(
                message,
                new TimerWriter.Target(queue, properties, hour.dueMs(index), hour.position(index)),
                ledger,
                now);
    }

    private @Nullable QueueLog queue(String topic, int queueId) {
        try {
            return store.queue(topic, queueId);
        } catch (StoreException e) {
            LOG.atWarn().addKeyValue("topic", topic).setCause(e).log("a message that is due names no topic");
            return null;
        }
    }

    private static int queueId(@Nullable String text) {
        try {
            return text == null ? -1 : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** The message of a claimed entry; null if it is gone: then the entry is settled. */
    private @Nullable StoredMessage read(CalendarHour hour, long index) {
        Optional<LogSlice> found = store.recordAt(hour.position(index));
        if (found.isEmpty()) {
            skip(hour, index, "is not in the log any more");
            return null;
        }
        try (LogSlice record = found.get()) {
            StoredMessage message = StoredMessage.decode(record.bytes(), 0);
            if (!TimerRecords.isDueAt(message, hour.dueMs(index))) {
                skip(hour, index, "is another one than the calendar says");
                return null;
            }
            return message;
        }
    }

    private void skip(CalendarHour hour, long index, String why) {
        lostTotal++;
        LOG.atError().addKeyValue("position", hour.position(index)).log("a message that is due {}; it is skipped", why);
        ledger.calendar().settle(hour, index);
    }

    /** Stores messages again whose segment is to be removed. */
    private int roll(long now) {
        long wanted = follower.wantedRemoved();
        if (wanted <= follower.removableBefore()) {
            return 0;
        }
        int rolled = 0;
        for (CalendarHour hour : ledger.calendar().hours()) {
            long index = hour.firstLive();
            while (writer.hasRoom(now) && index < hour.count() && hour.position(index) < wanted) {
                if (hour.isWaiting(index) && hour.dueMs(index) > now + ROLL_DISTANCE_MS) {
                    hour.claim(index);
                    roll(hour, index, now);
                    rolled++;
                }
                index++;
            }
        }
        writer.flush(ledger, now);
        rolledTotal += rolled;
        saves.askSoon();
        return rolled;
    }

    private void roll(CalendarHour hour, long index, long now) {
        StoredMessage message = read(hour, index);
        if (message != null) {
            writer.add(
                    message,
                    new TimerWriter.Target(
                            store.queue(TopicNames.TIMER, 0),
                            TimerRecords.rolled(message),
                            hour.dueMs(index),
                            hour.position(index)),
                    ledger,
                    now);
        }
    }

    private void publish(long now) {
        long next = ledger.window().nextDueMs();
        figures = new TimerFigures(
                ledger.calendar().liveCount(),
                next,
                Math.max(0, now - next),
                writer.settledCount(),
                rolledTotal,
                recalls.recalledCount(),
                lostTotal);
    }

    /** Another thread: writes what is to be saved, if anything is. Blocks. */
    public void save() {
        saves.write();
    }

    /** After the last turn: saves and lets go of the files. */
    public void close() {
        follow(clock.millis());
        long durable = store.durablePosition();
        ledger.settleDurable(durable);
        saves.writeLast(applied, durable);
        ledger.calendar().close();
    }
}
