package dev.millrace.store.commitlog;

import dev.millrace.store.AppendOutcome;
import dev.millrace.store.DiskFullException;
import dev.millrace.store.StoreException;
import dev.millrace.store.WakeUp;
import dev.millrace.store.epoch.EpochFile;
import dev.millrace.store.replica.CopyOutcome;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a copy of a broker group does on the commit-log thread beside appends: carries requests out, in their order, and
 * moves the committed position.
 *
 * <p>Owner: commit-log thread; {@code isMaster} is read by others. Crash behaviour: a cut takes segments from the end, then
 * makes zero what is left of the tail, then cuts the epoch history; whatever of it a crash leaves is a whole prefix of the
 * log, and a history that says too much is cut at the next start.
 */
public final class GroupDuty {
    private static final int REQUESTS_PER_TURN = 512;

    private final Parts parts;
    private final LogProgress progress;
    private final WriteGate gate;
    private final FlushWaiters waiters;
    private final WakeUp followers;
    private final CopiedRecords records = new CopiedRecords();
    private GroupInbox.@Nullable Request delayed;
    private volatile boolean isMaster;
    private boolean isSealed;

    /**
     * What a copy has more than a store that stands alone.
     *
     * @param inherited lets queue offsets go on behind the records up to a position
     * @param moved rung after a turn that did something
     */
    public record Parts(
            GroupInbox inbox, EpochFile epochs, CommittedFile committed, LongConsumer inherited, Runnable moved) {}

    GroupDuty(Parts parts, CommitLog.Parts log) {
        this.parts = parts;
        this.progress = log.progress();
        this.gate = log.gate();
        this.waiters = log.flusher().waiters();
        this.followers = log.followers();
    }

    public boolean isMaster() {
        return isMaster;
    }

    /** Whether appends are taken; commit-log thread. */
    boolean takesAppends() {
        return isMaster && !isSealed;
    }

    /** Carries out what waits; returns how much. */
    int doWork(CommitLog log) {
        int work = 0;
        while (work < REQUESTS_PER_TURN) {
            GroupInbox.Request request = delayed != null ? delayed : parts.inbox.poll();
            delayed = null;
            if (request == null) {
                break;
            }
            CopyOutcome outcome = tryPerform(log, request);
            if (outcome == null) {
                delayed = request;
                break;
            }
            request.answer().complete(outcome);
            work++;
        }
        AppendOutcome refusal = gate.refusal();
        if (refusal instanceof AppendOutcome.Failed) {
            work += waiters.complete(Long.MAX_VALUE, refusal);
        }
        return work;
    }

    void moved() {
        parts.moved.run();
    }

    /** At the end of the store, after its threads: nothing waits any more. */
    public void end() {
        GroupInbox.Request request = delayed;
        delayed = null;
        if (request != null) {
            request.answer().complete(new CopyOutcome.Refused("the store was closed; open it again"));
        }
        parts.inbox.close();
        waiters.complete(Long.MAX_VALUE, AppendOutcome.MastershipEnded.INSTANCE);
    }

    /** The outcome, null if a segment is still being made. */
    private @Nullable CopyOutcome tryPerform(CommitLog log, GroupInbox.Request request) {
        if (gate.refusal() instanceof AppendOutcome.Failed failed) {
            return new CopyOutcome.Failed(failed.reason());
        }
        try {
            return perform(log, request);
        } catch (DiskFullException e) {
            gate.refuseForSpace(String.valueOf(e.getMessage()));
            return new CopyOutcome.Refused(String.valueOf(e.getMessage()));
        } catch (StoreException e) {
            gate.fail(e);
            return new CopyOutcome.Failed(String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            String reason = "a change of the log that ends at position " + progress.appended() + " failed: " + e
                    + "; check the disk";
            gate.fail(new StoreException(reason, e));
            return new CopyOutcome.Failed(reason);
        }
    }

    private @Nullable CopyOutcome perform(CommitLog log, GroupInbox.Request request) {
        return switch (request) {
            case GroupInbox.Commit commit -> commit(commit.position());
            case GroupInbox.Store store -> store(log, store);
            case GroupInbox.Cut cut -> cut(log, cut.position());
            case GroupInbox.Begin begin -> begin(begin.epoch(), begin.start());
            case GroupInbox.Lead lead -> lead();
            case GroupInbox.Follow follow -> follow();
            case GroupInbox.Seal seal -> seal();
        };
    }

    private CopyOutcome done() {
        return new CopyOutcome.Done(progress.appended());
    }

    private static CopyOutcome refused(String reason) {
        return new CopyOutcome.Refused(reason);
    }

    private CopyOutcome commit(long position) {
        long next = Math.min(position, progress.appended());
        if (next > progress.committed()) {
            // First: whatever is derived must be known as committed at the next start.
            parts.committed.write(next);
            progress.commit(next);
            waiters.complete(next, AppendOutcome.Appended.INSTANCE);
            followers.signal();
        }
        return done();
    }

    private @Nullable CopyOutcome store(CommitLog log, GroupInbox.Store request) {
        if (isMaster) {
            return refused("records for position " + request.position()
                    + " come from another copy, but this one is master; end its mastership first");
        }
        if (request.position() != progress.appended()) {
            return refused("records for position " + request.position() + ", but the log ends at position "
                    + progress.appended() + "; go on there");
        }
        AppendOutcome refusal = gate.refusal();
        if (refusal != null) {
            return refused("records for position " + request.position() + ": " + gate.reason());
        }
        String fault = records.check(request.records(), request.position(), log.room());
        if (fault != null) {
            return refused(fault + "; nothing was stored");
        }
        return log.store(records) ? done() : null;
    }

    private CopyOutcome begin(long epoch, long start) {
        boolean isFirst = start == 0 && parts.epochs.history().entries().isEmpty();
        if (start != progress.appended() && !isFirst) {
            return refused("epoch " + epoch + " is to begin at position " + start + ", but the log ends at position "
                    + progress.appended());
        }
        long last = parts.epochs.history().lastEpoch();
        if (epoch <= last) {
            return refused("epoch " + epoch + " is to begin at position " + start
                    + ", but the history of the log has epoch " + last);
        }
        parts.epochs.begin(epoch, start);
        return done();
    }

    private CopyOutcome lead() {
        if (!isMaster) {
            parts.inherited.accept(progress.appended());
            progress.ownFrom(progress.appended());
            isMaster = true;
        }
        isSealed = false;
        return done();
    }

    private CopyOutcome seal() {
        isSealed = true;
        return done();
    }

    private CopyOutcome follow() {
        if (isMaster) {
            isMaster = false;
            progress.ownFrom(Long.MAX_VALUE);
            waiters.complete(Long.MAX_VALUE, AppendOutcome.MastershipEnded.INSTANCE);
        }
        return done();
    }

    private @Nullable CopyOutcome cut(CommitLog log, long position) {
        if (isMaster) {
            return refused("the log cannot be cut at position " + position
                    + " while this copy is master; end its mastership first");
        }
        if (position < progress.committed()) {
            return refused("the log cannot be cut at position " + position + ", it is committed up to position "
                    + progress.committed());
        }
        if (position > progress.appended()) {
            return refused(
                    "the log cannot be cut at position " + position + ", it ends at position " + progress.appended());
        }
        if (position < progress.appended()) {
            LogCut cut = log.findCut(position);
            if (cut == null) {
                return refused("the log cannot be cut at position " + position + ", no record ends there");
            }
            if (!log.cut(cut)) {
                return null;
            }
        }
        parts.epochs.cutAt(position);
        return done();
    }
}
