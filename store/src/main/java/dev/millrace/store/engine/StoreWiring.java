package dev.millrace.store.engine;

import dev.millrace.store.Agent;
import dev.millrace.store.Disk;
import dev.millrace.store.GroupMembership;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreDependencies;
import dev.millrace.store.StoreException;
import dev.millrace.store.WakeUp;
import dev.millrace.store.WriteState;
import dev.millrace.store.commitlog.AppendInbox;
import dev.millrace.store.commitlog.CommitLog;
import dev.millrace.store.commitlog.CommitRule;
import dev.millrace.store.commitlog.GroupDuty;
import dev.millrace.store.commitlog.GroupInbox;
import dev.millrace.store.commitlog.LogFlusher;
import dev.millrace.store.commitlog.LogProgress;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.commitlog.SegmentSupply;
import dev.millrace.store.commitlog.WriteGate;
import dev.millrace.store.dispatch.Dispatcher;
import dev.millrace.store.dispatch.Followers;
import dev.millrace.store.dispatch.InheritedOffsets;
import dev.millrace.store.dispatch.RecordDispatch;
import dev.millrace.store.epoch.EpochHistory;
import dev.millrace.store.file.LazyFile;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.index.IndexFile;
import dev.millrace.store.index.KeyIndex;
import dev.millrace.store.queue.ConsumeQueue;
import dev.millrace.store.queue.QueueTable;
import dev.millrace.store.recovery.Checkpoint;
import dev.millrace.store.recovery.Recovery;
import dev.millrace.store.recovery.StoreFolder;
import dev.millrace.store.replica.GroupStore;
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
    private final LogProgress progress;
    private final WriteGate gate;
    private final AppendInbox inbox;
    private final LogSegments segments;
    private final QueueTable queues;
    private final @Nullable KeyIndex index;
    private final SegmentSupply supply;
    private final Writers writers;
    private final Behind behind;
    private final Followers followed;

    /** The agents that write the log; {@code copy} is null in a store that stands alone. */
    record Writers(CommitLog log, LogFlusher flusher, GroupEngine.@Nullable Copy copy) {}

    /** The agents behind the log. */
    record Behind(Dispatcher dispatcher, DerivedFlush derived, Upkeep upkeep) {}

    /**
     * Locks the folder, recovers, starts the threads.
     *
     * @throws StoreException if the folder is in use or damaged, with the remedy
     */
    public static MessageStore open(StoreConfig config, StoreDependencies deps) {
        StoreEngine engine = new StoreEngine(parts(config, deps, null));
        engine.start(deps.threads());
        return engine;
    }

    /**
     * The same for a store that is one copy of a broker group; it opens as a replica. A folder that stood alone becomes a
     * copy for good: everything in it counts as committed.
     *
     * @throws StoreException if the folder is in use, damaged or a copy of another group, with the remedy
     */
    public static GroupStore openInGroup(StoreConfig config, StoreDependencies deps, GroupMembership member) {
        StoreWiring wiring = parts(config, deps, member);
        GroupEngine.Copy copy = wiring.writers.copy;
        if (copy == null) {
            throw new AssertionError("the store of " + config.path() + " was opened without its group");
        }
        StoreEngine engine = new StoreEngine(wiring);
        engine.start(deps.threads());
        return new GroupEngine(engine, copy, wiring.progress, wiring.segments);
    }

    /**
     * For a copy that holds no record, while it is closed: its log begins at a position from now on, where the master's log
     * begins since retention took what was before. Can be done again after a crash.
     *
     * @param position the start of a segment
     * @param history the master's
     * @throws StoreException if the log holds records, or the folder is in use or no copy of a group
     */
    public static void beginCopyAt(StoreConfig config, Disk disk, long position, EpochHistory history) {
        EmptyCopy.beginAt(config, disk, position, history);
    }

    private static StoreWiring parts(StoreConfig config, StoreDependencies deps, @Nullable GroupMembership member) {
        StoreFolder folder = StoreFolder.lock(deps.disk(), config.path());
        try {
            return new StoreWiring(config, deps, folder, member);
        } catch (RuntimeException | Error e) {
            folder.close();
            throw e;
        }
    }

    private StoreWiring(
            StoreConfig config, StoreDependencies deps, StoreFolder folder, @Nullable GroupMembership member) {
        this.config = config;
        this.deps = deps;
        this.folder = folder;
        progress = new LogProgress(member == null ? CommitRule.alone(config.flushMode()) : CommitRule.TOLD);
        GroupFiles files = openGroup(member);
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
                        new Recovery.Parts(
                                folder,
                                checkpoint,
                                segments,
                                queues,
                                index,
                                followed,
                                end -> files == null ? end : files.committed(end)),
                        deps.recovery())
                .run();
        GroupFiles.Opened opened = files == null ? null : files.complete(config.path(), recovered.endPosition());
        folder.markRunning();
        progress.start(recovered.endPosition(), recovered.lastStoreTimeMs(), recovered.derivedEnd());
        gate = new WriteGate(deps.onFault());
        inbox = new AppendInbox(config.inboxCount());
        LogSegment last = segments.last();
        long nextBase = last == null ? recovered.endPosition() : last.endPosition();
        supply = new SegmentSupply(deps.disk(), folder.commitLog(), segments.segmentBytes(), nextBase);
        WakeUp dispatchBell = new WakeUp();
        writers = writers(dispatchBell, recovered.lastRecord(), opened);
        behind = behind(dispatchBell, recovered);
    }

    private @Nullable GroupFiles openGroup(@Nullable GroupMembership member) {
        if (member == null) {
            GroupFiles.refuse(deps.disk(), config.path());
            return null;
        }
        return GroupFiles.open(deps.disk(), config.path(), member, config.flushMode(), folder.wasCrashed());
    }

    private Writers writers(WakeUp dispatchBell, long lastRecord, GroupFiles.@Nullable Opened opened) {
        LogFlusher flusher = new LogFlusher(config, segments, progress, gate, deps.nanoTime(), dispatchBell);
        CommitLog.Parts parts = new CommitLog.Parts(segments, supply, progress, gate, inbox, flusher, dispatchBell);
        CommitLog log = new CommitLog(config, parts, deps.wallClock(), lastRecord);
        return new Writers(log, flusher, opened == null ? null : joinGroup(log, flusher, opened));
    }

    private GroupEngine.Copy joinGroup(CommitLog log, LogFlusher flusher, GroupFiles.Opened opened) {
        GroupInbox requests = new GroupInbox(log.wakeUp());
        InheritedOffsets offsets = new InheritedOffsets(segments, queues, this::dispatched);
        flusher.joinGroup(opened.committed(), opened.moved());
        GroupDuty duty = log.joinGroup(new GroupDuty.Parts(
                requests, opened.epochs(), opened.committed(), offsets::continueTo, opened.moved()));
        return new GroupEngine.Copy(opened, requests, duty);
    }

    private long dispatched() {
        return behind.dispatcher.position();
    }

    private Behind behind(WakeUp dispatchBell, Recovery.Result recovered) {
        LongSupplier limit = progress::committed;
        RecordDispatch records = new RecordDispatch(queues, index, followed, progress::ownFrom);
        boolean isWhole = recovered.derivedEnd() == recovered.endPosition();
        Dispatcher dispatcher = new Dispatcher(
                new Dispatcher.Parts(segments, queues, records, limit, gate, dispatchBell),
                recovered.derivedEnd(),
                isWhole ? recovered.lastStoreTimeMs() : 0);
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

    /** What the next start will know to be committed at least. */
    long knownCommitted() {
        GroupEngine.Copy copy = writers.copy;
        return copy == null ? Long.MAX_VALUE : copy.files().committed().forced();
    }

    /** After the threads and what was left to do: nobody waits for other copies any more. */
    void endGroup() {
        GroupEngine.Copy copy = writers.copy;
        if (copy != null) {
            copy.duty().end();
        }
    }

    /** After the threads: the end is clean if nothing failed and everything is dispatched. */
    void close() {
        try {
            long end = progress.durable();
            boolean isWhole = end == progress.appended() && behind.dispatcher.position() == progress.committed();
            if (isWhole && gate.current() != WriteState.FAILED) {
                forceCommitted();
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
            closeCopy();
            folder.close();
        }
    }

    private void forceCommitted() {
        GroupEngine.Copy copy = writers.copy;
        if (copy != null) {
            copy.files().committed().force();
        }
    }

    private void closeCopy() {
        GroupEngine.Copy copy = writers.copy;
        if (copy != null) {
            copy.files().committed().close();
        }
    }
}
