package dev.millrace.store.engine;

import dev.millrace.store.Agent;
import dev.millrace.store.FlushMode;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreDependencies;
import dev.millrace.store.StoreException;
import dev.millrace.store.WakeUp;
import dev.millrace.store.WriteState;
import dev.millrace.store.commitlog.AppendInbox;
import dev.millrace.store.commitlog.CommitLog;
import dev.millrace.store.commitlog.LogFlusher;
import dev.millrace.store.commitlog.LogProgress;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.commitlog.SegmentSupply;
import dev.millrace.store.commitlog.WriteGate;
import dev.millrace.store.dispatch.Dispatcher;
import dev.millrace.store.dispatch.Followers;
import dev.millrace.store.dispatch.RecordDispatch;
import dev.millrace.store.file.LazyFile;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.index.IndexFile;
import dev.millrace.store.index.KeyIndex;
import dev.millrace.store.queue.ConsumeQueue;
import dev.millrace.store.queue.QueueTable;
import dev.millrace.store.recovery.Checkpoint;
import dev.millrace.store.recovery.Recovery;
import dev.millrace.store.recovery.StoreFolder;
import dev.millrace.store.retention.DerivedFlush;
import dev.millrace.store.retention.Retention;
import dev.millrace.store.retention.SpaceWatch;
import dev.millrace.store.retention.Upkeep;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens a store: makes the parts in order, and takes them down in reverse.
 *
 * <p>Owner: the thread that opens, later the one that closes.
 */
public final class StoreWiring {
    private final StoreConfig config;
    private final StoreDependencies deps;
    private final StoreFolder folder;
    private final Checkpoint checkpoint;
    private final LazyFile.Usage usage = new LazyFile.Usage();
    private final LogProgress progress = new LogProgress();
    private final WriteGate gate;
    private final AppendInbox inbox;
    private final LogSegments segments;
    private final QueueTable queues;
    private final @Nullable KeyIndex index;
    private final SegmentSupply supply;
    private final Writers writers;
    private final Behind behind;
    private final Followers followed;

    /** The agents that write the log. */
    record Writers(CommitLog log, LogFlusher flusher) {}

    /** The agents behind the log. */
    record Behind(Dispatcher dispatcher, DerivedFlush derived, Upkeep upkeep) {}

    /**
     * Locks the folder, recovers, starts the threads.
     *
     * @throws StoreException if the folder is in use or damaged, with the remedy
     */
    public static MessageStore open(StoreConfig config, StoreDependencies deps) {
        StoreEngine engine = new StoreEngine(parts(config, deps));
        engine.start(deps.threads());
        return engine;
    }

    private static StoreWiring parts(StoreConfig config, StoreDependencies deps) {
        StoreFolder folder = StoreFolder.lock(deps.disk(), config.path());
        try {
            return new StoreWiring(config, deps, folder);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    private StoreWiring(StoreConfig config, StoreDependencies deps, StoreFolder folder) {
        this.config = config;
        this.deps = deps;
        this.folder = folder;
        deps.disk().createFolders(folder.commitLog());
        checkpoint = Checkpoint.open(deps.disk(), folder.checkpoint());
        segments = new LogSegments(deps.disk(), folder.commitLog(), config.segmentBytes());
        queues = new QueueTable(new ConsumeQueue.Shared(deps.disk(), folder.queues(), usage, segments));
        index = config.indexEnabled()
                ? new KeyIndex(deps.disk(), folder.index(), IndexFile.Sizes.DEFAULT, usage, deps.wallClock())
                : null;
        followed = new Followers(deps.followers());
        Recovery.Result recovered = new Recovery(
                        config,
                        new Recovery.Parts(folder, checkpoint, segments, queues, index, followed),
                        deps.recovery())
                .run();
        folder.markRunning();
        progress.start(recovered.endPosition(), recovered.lastStoreTimeMs());
        gate = new WriteGate(deps.onFault());
        inbox = new AppendInbox(config.inboxCount());
        LogSegment last = segments.last();
        long nextBase = last == null ? recovered.endPosition() : last.endPosition();
        supply = new SegmentSupply(deps.disk(), folder.commitLog(), segments.segmentBytes(), nextBase);
        WakeUp dispatchBell = new WakeUp();
        writers = writers(dispatchBell, recovered.lastRecord());
        behind = behind(dispatchBell, recovered);
    }

    private Writers writers(WakeUp dispatchBell, long lastRecord) {
        LogFlusher flusher = new LogFlusher(config, segments, progress, gate, deps.nanoTime(), dispatchBell);
        CommitLog.Parts parts = new CommitLog.Parts(segments, supply, progress, gate, inbox, flusher, dispatchBell);
        return new Writers(new CommitLog(config, parts, deps.wallClock(), lastRecord), flusher);
    }

    private Behind behind(WakeUp dispatchBell, Recovery.Result recovered) {
        boolean forcesFirst = config.flushMode() == FlushMode.SYNC;
        LongSupplier limit = forcesFirst ? progress::durable : progress::appended;
        RecordDispatch records = new RecordDispatch(queues, index, followed);
        Dispatcher dispatcher = new Dispatcher(
                new Dispatcher.Parts(segments, queues, records, limit, gate, dispatchBell),
                recovered.endPosition(),
                recovered.lastStoreTimeMs());
        DerivedFlush derived = new DerivedFlush(queues, index, progress, dispatcher, checkpoint);
        Retention retention = new Retention(
                config, new Retention.Parts(segments, progress, dispatcher, queues, index, followed), deps.wallClock());
        SpaceWatch space = new SpaceWatch(config, segments, supply, progress, gate, dispatcher);
        space.look(); // before the first append, not a turn of the upkeep thread later
        Upkeep.Parts parts =
                new Upkeep.Parts(space, retention, derived, queues, index, usage, gate, writers.log.wakeUp());
        return new Behind(dispatcher, derived, new Upkeep(config, parts, deps.nanoTime()));
    }

    /** In the order in which they follow each other. */
    List<Agent> agents() {
        return List.of(writers.log, writers.flusher, behind.dispatcher, behind.upkeep);
    }

    StoreConfig config() {
        return config;
    }

    AppendInbox inbox() {
        return inbox;
    }

    LogProgress progress() {
        return progress;
    }

    WriteGate gate() {
        return gate;
    }

    LogSegments segments() {
        return segments;
    }

    QueueTable queues() {
        return queues;
    }

    @Nullable
    KeyIndex index() {
        return index;
    }

    SegmentSupply supply() {
        return supply;
    }

    CommitLog log() {
        return writers.log;
    }

    LogFlusher flusher() {
        return writers.flusher;
    }

    Dispatcher dispatcher() {
        return behind.dispatcher;
    }

    Upkeep upkeep() {
        return behind.upkeep;
    }

    /** After the threads: the end is clean if nothing failed and everything is dispatched. */
    void close() {
        try {
            long end = progress.durable();
            boolean isWhole = end == progress.appended() && behind.dispatcher.position() == end;
            if (isWhole && gate.current() != WriteState.FAILED) {
                behind.derived.runAtEnd(end, writers.log.lastRecord());
                folder.markClean();
            }
        } finally {
            supply.close();
            if (index != null) {
                index.release();
                index.unmapIdle(0);
            }
            queues.forEach(queue -> queue.unmapIdle(0));
            segments.close();
            checkpoint.close();
            folder.close();
        }
    }
}
