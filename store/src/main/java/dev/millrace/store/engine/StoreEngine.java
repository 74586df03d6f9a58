package dev.millrace.store.engine;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.Agent;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import dev.millrace.store.Disk;
import dev.millrace.store.EntryFilter;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.ReadLimits;
import dev.millrace.store.ReadResult;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreStatistics;
import dev.millrace.store.StoreThreads;
import dev.millrace.store.WriteState;
import dev.millrace.store.commitlog.AppendInbox;
import dev.millrace.store.commitlog.CommitLog;
import dev.millrace.store.commitlog.LogFlusher;
import dev.millrace.store.commitlog.LogProgress;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.commitlog.SegmentSupply;
import dev.millrace.store.commitlog.WriteGate;
import dev.millrace.store.dispatch.Dispatcher;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.index.KeyIndex;
import dev.millrace.store.queue.ConsumeQueue;
import dev.millrace.store.queue.QueueTable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hands requests to the agents {@code commit-log}, {@code flush}, {@code dispatch} and {@code upkeep}, which own what is
 * mutable, and reads what they publish.
 *
 * <p>Thread-safe.
 */
final class StoreEngine implements MessageStore {
    private static final AppendOutcome CLOSED =
            new AppendOutcome.NotWritable(WriteState.CLOSED, "the store is closed; open it again");

    private final StoreConfig config;
    private final AppendInbox inbox;
    private final CommitLog log;
    private final LogFlusher flusher;
    private final Dispatcher dispatcher;
    private final LogSegments segments;
    private final SegmentSupply supply;
    private final LogProgress progress;
    private final WriteGate gate;
    private final QueueTable queues;
    private final @Nullable KeyIndex index;
    private final StoreWiring parts;
    private final List<StoreThreads.Running> threads = new ArrayList<>();
    private volatile boolean isClosing;
    private volatile boolean hasStopped;

    StoreEngine(StoreWiring parts) {
        this.parts = parts;
        this.config = parts.config();
        this.inbox = parts.inbox();
        this.log = parts.log();
        this.flusher = parts.flusher();
        this.dispatcher = parts.dispatcher();
        this.segments = parts.segments();
        this.supply = parts.supply();
        this.progress = parts.progress();
        this.gate = parts.gate();
        this.queues = parts.queues();
        this.index = parts.index();
    }

    /** Starts the threads. */
    void start(StoreThreads runner) {
        for (Agent agent : parts.agents()) {
            threads.add(runner.start(agent.roleName(), agent));
        }
    }

    @Override
    public QueueLog queue(String topic, int queueId) {
        return queues.get(topic, queueId);
    }

    @Override
    public Optional<QueueLog> existingQueue(String topic, int queueId) {
        return Optional.ofNullable(queues.find(topic, queueId));
    }

    @Override
    public List<QueueLog> queues(String topic) {
        return List.copyOf(queues.ofTopic(topic));
    }

    @Override
    public boolean append(AppendRequest request) {
        request.measure();
        if (isClosing) {
            request.complete(CLOSED);
            return true;
        }
        if (!inbox.offer(request)) {
            return false;
        }
        log.wakeUp().signal();
        if (hasStopped) {
            refuseLeftOvers();
        }
        return true;
    }

    @Override
    public ReadResult read(QueueLog queue, ReadLimits limits, EntryFilter filter) {
        long coldBefore = progress.appended() - config.coldBytes();
        return QueueReader.read(segments, (ConsumeQueue) queue, limits, filter, coldBefore);
    }

    @Override
    public boolean isCold(long position) {
        return position < progress.appended() - config.coldBytes();
    }

    @Override
    public Optional<LogSlice> recordAt(long position) {
        LogSegment segment = position < progress.committed() ? segments.hold(position) : null;
        if (segment == null) {
            return Optional.empty();
        }
        int at = (int) (position - segment.basePosition());
        ByteBuffer buffer = segment.buffer();
        boolean isRecord = StoredMessageLayout.structuralFault(buffer, at, segment.length() - at) == null
                && StoredMessageLayout.position(buffer, at) == position;
        if (!isRecord) {
            segment.release();
            return Optional.empty();
        }
        ByteBuffer bytes = segment.slice(at, StoredMessageLayout.totalSize(buffer, at));
        return Optional.of(new LogSlice(position, bytes, segment::release));
    }

    @Override
    public List<Long> positionsByKey(String topic, String key, int countMax, long fromMs, long toMs) {
        KeyIndex present = index;
        if (present == null) {
            return List.of();
        }
        List<Long> found = present.find((topic + "#" + key).hashCode(), fromMs, toMs, countMax);
        found.removeIf(position -> position < segments.minPosition());
        return found;
    }

    @Override
    public long minPosition() {
        return segments.minPosition();
    }

    @Override
    public long maxPosition() {
        return progress.appended();
    }

    @Override
    public long durablePosition() {
        return Math.min(progress.durable(), parts.knownCommitted());
    }

    @Override
    public long committedPosition() {
        return progress.committed();
    }

    @Override
    public long dispatchedPosition() {
        return dispatcher.position();
    }

    @Override
    public void deleteTopic(String topic) {
        queues.deleteTopic(topic);
        dispatcher.wakeUp().signal();
    }

    @Override
    public WriteState writeState() {
        return gate.current();
    }

    @Override
    public String writeStateReason() {
        return gate.reason();
    }

    @Override
    public StoreStatistics statistics() {
        Disk.Space space = segments.disk().space(segments.folder());
        return new StoreStatistics(
                progress.appended() - segments.minPosition(),
                segments.count(),
                queues.count(),
                space.freeBytes(),
                space.usedRatio(),
                progress.appendedCount(),
                progress.appended() - dispatcher.position(),
                progress.appended() > segments.minPosition() ? segments.storeTimeMs(segments.minPosition()) : -1,
                progress.flushCount(),
                supply.madeLateCount(),
                inbox.size());
    }

    @Override
    public synchronized void close() {
        if (isClosing) {
            return;
        }
        isClosing = true;
        threads.forEach(StoreThreads.Running::close);
        try {
            drain();
        } finally {
            gate.close();
            parts.endGroup();
            hasStopped = true;
            refuseLeftOvers();
            parts.close();
        }
    }

    private void drain() {
        while (!log.isIdle() && log.doWork() > 0) {
            flusher.force();
            flusher.doWork();
        }
        flusher.force();
        flusher.doWork();
        while (gate.current() != WriteState.FAILED
                && !dispatcher.lacksSpace()
                && dispatcher.position() < progress.committed()) {
            dispatcher.doWork();
        }
        queues.removeDeleted();
    }

    private synchronized void refuseLeftOvers() {
        gate.close();
        while (!log.isIdle()) {
            log.doWork();
        }
        flusher.doWork();
    }
}
