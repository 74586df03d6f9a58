package dev.millrace.broker.pop;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.topic.TopicLogWatcher;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.store.Disk;
import dev.millrace.store.LogFollower;
import dev.millrace.store.LogRecord;
import dev.millrace.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds in the log which messages were taken, settled and renewed, and tells who waits for a record.
 *
 * <p>Owner: the opening thread, then the dispatch thread; retention asks from the upkeep thread. Those who wait and the
 * moves of offsets have a lock.
 */
public final class PopFollower implements LogFollower, TopicLogWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(PopFollower.class);

    /** Name of the file beside the other state of the broker. */
    public static final String FILE = "inFlight";

    private static final byte[] TOPIC = TopicNames.POP.getBytes(StandardCharsets.US_ASCII);

    private final PopConfig config;
    private final PopSnapshot file;
    private final InFlight inFlight = new InFlight();
    private final long restoredPosition;
    private final ConcurrentSkipListMap<Long, Runnable> waiting = new ConcurrentSkipListMap<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** What the log told before anybody cared; bounded by the queues in the part of the log that is read again. */
    @GuardedBy("lock")
    private final Map<QueueKey, EarlyMove> earlyMoves = new HashMap<>();

    @GuardedBy("lock")
    private @Nullable Consumer<InFlight.Move> onMove;

    private volatile long reached;
    /** In a broker group: moves before it are in the offsets that are in the log. */
    private volatile long offsetsReached;
    /** Thread that saves on a replica. */
    private @Nullable Waiting waitingContent;

    private long savedChanges = -1;

    private volatile long savedPosition;
    /** Retention wants to remove what is before it. */
    private volatile long wantedPosition;

    /** All moves of a queue that follow on each other, and the position of the last one's record. */
    private record EarlyMove(InFlight.Move move, long position) {}

    /** What is to be saved on a replica once offsets in the log hold every move in it. */
    private record Waiting(InFlight.Content content, boolean hasMoves) {}

    /** @param folder where the broker keeps its state */
    public PopFollower(PopConfig config, Disk disk, Path folder) {
        this.config = config;
        this.file = new PopSnapshot(disk, folder.resolve(FILE));
        InFlight.Content saved = file.read().orElse(null);
        this.restoredPosition = saved == null ? 0 : saved.reached();
        this.savedPosition = restoredPosition;
        if (saved != null) {
            saved.events().forEach(inFlight::apply);
        }
    }

    PopConfig config() {
        return config;
    }

    PopSnapshot file() {
        return file;
    }

    InFlight inFlight() {
        return inFlight;
    }

    @Override
    public long resumePosition(long endPosition) {
        if (restoredPosition > endPosition) {
            // The log lost what the file knows of, so nothing in it can be relied on.
            inFlight.clear();
            savedPosition = 0;
            return 0;
        }
        return restoredPosition;
    }

    @Override
    public void restored(Collection<TopicConfig> topics, long position) {}

    @Override
    public void defined(TopicConfig topic, long position) {}

    /** In a broker group: what was taken from the topic before is over. */
    @Override
    public void removed(String topic) {
        inFlight.forget(key -> key.topic().equals(topic));
        lock.lock();
        try {
            earlyMoves.keySet().removeIf(key -> key.topic().equals(topic));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void saving() {}

    /** The table is as of this position, so topics that were removed behind it are to be told again. */
    @Override
    public long resumePosition() {
        return restoredPosition;
    }

    @Override
    public boolean wants(LogRecord record) {
        return record.isTopic(TOPIC);
    }

    @Override
    public void follow(LogRecord record) {
        List<PopEvent> events;
        try {
            events = PopRecords.decode(record.body());
        } catch (IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("position", record.position())
                    .addKeyValue("error", e.getMessage())
                    .log("record of {} can't be read, passed over", TopicNames.POP);
            return;
        }
        for (PopEvent event : events) {
            InFlight.Move move = inFlight.apply(event);
            if (move != null) {
                moved(move, record.position());
            }
        }
    }

    private void moved(InFlight.Move move, long position) {
        lock.lock();
        try {
            if (onMove == null) {
                EarlyMove before = earlyMoves.get(move.queue());
                InFlight.Move whole = before != null && before.move.to() == move.from()
                        ? new InFlight.Move(move.queue(), before.move.from(), move.to())
                        : move;
                earlyMoves.put(move.queue(), new EarlyMove(whole, position));
            } else {
                onMove.accept(move);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * From now on moves of offsets go there.
     *
     * @return the last move of each queue that the start found in the log
     */
    List<InFlight.Move> listen(Consumer<InFlight.Move> listener) {
        lock.lock();
        try {
            onMove = listener;
            List<InFlight.Move> early = new ArrayList<>();
            earlyMoves.values().forEach(each -> early.add(each.move));
            earlyMoves.clear();
            return early;
        } finally {
            lock.unlock();
        }
    }

    /** Every move before this position was told. */
    public long followedTo() {
        return reached;
    }

    /** The offsets in the log of a broker group hold all moves before this position. */
    public void offsetsHold(long position) {
        lock.lock();
        try {
            offsetsReached = Math.max(offsetsReached, position);
            earlyMoves.values().removeIf(each -> each.position < position);
        } finally {
            lock.unlock();
        }
    }

    /**
     * On a replica, for one thread: saves the table once the log is durable so far and nothing else has to be found in it
     * again.
     */
    public void saveOnReplica(long durablePosition) {
        Waiting ready = waitingContent;
        if (ready == null) {
            InFlight.Content content = inFlight.content();
            if (content.changes() == savedChanges && !isSaveWanted()) {
                return;
            }
            ready = new Waiting(content, hasEarlyMoves());
            waitingContent = ready;
        }
        long position = ready.content.reached();
        if (position > durablePosition || ready.hasMoves && offsetsReached < position) {
            return;
        }
        waitingContent = null;
        try {
            file.write(ready.content);
            savedPosition = position;
            savedChanges = ready.content.changes();
        } catch (StoreException e) {
            LOG.atWarn().setCause(e).log("messages in flight can't be saved; a start will look for them in the log");
        }
    }

    private boolean hasEarlyMoves() {
        lock.lock();
        try {
            return !earlyMoves.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Runs a step once the record at a position is in the table: on the dispatch thread, or at once. */
    void whenReached(long position, Runnable step) {
        waiting.put(position, step);
        if (reached > position && waiting.remove(position, step)) {
            step.run();
        }
    }

    @Override
    public void reached(long position) {
        inFlight.reached(position);
        reached = position;
        for (Map.Entry<Long, Runnable> first = waiting.firstEntry();
                first != null && first.getKey() < position;
                first = waiting.firstEntry()) {
            if (waiting.remove(first.getKey(), first.getValue())) {
                runStep(first.getValue());
            }
        }
    }

    /** What an answer throws must not stop the dispatch thread. */
    private static void runStep(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("answer to a pop request failed");
        }
    }

    @Override
    public boolean mayRemoveBefore(long position) {
        if (savedPosition >= position) {
            return true;
        }
        wantedPosition = Math.max(wantedPosition, position);
        return false;
    }

    /** Whether retention waits for the file. */
    boolean isSaveWanted() {
        return wantedPosition > savedPosition;
    }

    void saved(long position) {
        savedPosition = position;
    }
}
