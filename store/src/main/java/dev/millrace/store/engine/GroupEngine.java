package dev.millrace.store.engine;

import dev.millrace.store.MessageStore;
import dev.millrace.store.commitlog.GroupDuty;
import dev.millrace.store.commitlog.GroupInbox;
import dev.millrace.store.commitlog.LogProgress;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.epoch.EpochHistory;
import dev.millrace.store.epoch.StoreIdentity;
import dev.millrace.store.replica.CopyOutcome;
import dev.millrace.store.replica.GroupStore;
import dev.millrace.store.replica.LogChunk;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** Hands requests of a copy to the commit-log thread. Thread-safe. */
final class GroupEngine implements GroupStore {
    private final StoreEngine engine;
    private final Copy copy;
    private final LogProgress progress;
    private final LogSegments segments;

    /** What a store has more as a copy of a broker group. */
    record Copy(GroupFiles.Opened files, GroupInbox inbox, GroupDuty duty) {}

    GroupEngine(StoreEngine engine, Copy copy, LogProgress progress, LogSegments segments) {
        this.engine = engine;
        this.copy = copy;
        this.progress = progress;
        this.segments = segments;
    }

    @Override
    public MessageStore messages() {
        return engine;
    }

    @Override
    public StoreIdentity identity() {
        return copy.files.identity();
    }

    @Override
    public EpochHistory epochs() {
        return copy.files.epochs().history();
    }

    @Override
    public boolean isMaster() {
        return copy.duty.isMaster();
    }

    @Override
    public long endPosition() {
        return progress.appended();
    }

    @Override
    public long forcedPosition() {
        return progress.durable();
    }

    @Override
    public long committedPosition() {
        return progress.committed();
    }

    @Override
    public boolean committed(long position) {
        return copy.inbox.commit(position);
    }

    @Override
    public CompletionStage<CopyOutcome> append(long position, ByteBuffer records) {
        return copy.inbox.store(position, records);
    }

    @Override
    public LogChunk read(long position, int bytesMax) {
        return ChunkReader.read(segments, progress, position, bytesMax);
    }

    @Override
    public CompletionStage<CopyOutcome> beginEpoch(long epoch, long start) {
        return copy.inbox.begin(epoch, start);
    }

    @Override
    public CompletionStage<CopyOutcome> cutTo(long position) {
        return copy.inbox.cut(position);
    }

    @Override
    public CompletionStage<CopyOutcome> becomeMaster() {
        return copy.inbox.lead();
    }

    @Override
    public CompletionStage<CopyOutcome> refuseAppends() {
        return copy.inbox.seal();
    }

    @Override
    public CompletionStage<CopyOutcome> becomeReplica() {
        return copy.inbox.follow();
    }

    @Override
    public void close() {
        engine.close();
    }
}
