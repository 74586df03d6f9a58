package dev.millrace.broker.role;

import dev.millrace.store.epoch.EpochHistory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a copy knows: the group's record, its own disk, its own log. What must be on disk before something else happens waits
 * here.
 *
 * <p>Owner: role thread.
 */
final class Known {
    final CopyIdentity identity;
    final Checks checks;
    private final Outbox outbox;
    private final List<Waiting> waiting = new ArrayList<>();

    private StoredState stored;
    private long ticket;
    private long forcedTicket;
    private Optional<GroupState> group = Optional.empty();
    private boolean isRegressed;
    private boolean isReadable;

    private @Nullable Log log;
    private long committed;
    private int cutCount;
    /** The epoch whose beginning was asked for and is not done, 0 if none is. */
    private long beginningEpoch;

    private final String approvalIdAtStart;

    private record Waiting(long ticket, Runnable action) {}

    /** Of this copy, once its store is open. */
    private record Log(long end, long forced, EpochHistory history) {}

    Known(CopyIdentity identity, StoredState stored, Checks checks, Outbox outbox) {
        this.identity = identity;
        this.stored = stored;
        this.checks = checks;
        this.outbox = outbox;
        this.approvalIdAtStart = stored.record().map(GroupRecord::approvalId).orElse("");
    }

    Member me() {
        return new Member(identity.replica(), stored.storageId());
    }

    StoredState stored() {
        return stored;
    }

    /** The newest state seen whose record is not older than the one stored; empty before the first. */
    Optional<GroupState> group() {
        return group;
    }

    Optional<GroupSpec> spec() {
        return group.map(GroupState::spec);
    }

    /** The newest record seen, in this process or before; empty before the first. */
    Optional<GroupRecord> record() {
        return stored.record();
    }

    /** Whether the store answered with a record older than one this copy has stored. */
    boolean isRegressed() {
        return isRegressed;
    }

    void setRegressed() {
        isRegressed = true;
    }

    boolean isRecordReadable() {
        return isReadable;
    }

    void setRecordReadable(boolean readable) {
        isReadable = readable;
    }

    boolean isRecovered() {
        return log != null;
    }

    long end() {
        return log == null ? 0 : log.end();
    }

    EpochHistory history() {
        return log == null ? EpochHistory.empty() : log.history();
    }

    long committed() {
        return committed;
    }

    /** Position up to which this copy says it has everything. */
    long position() {
        return log == null ? 0 : checks.acknowledged(identity.isForceAwaited(), log.end(), log.forced());
    }

    void logAdvanced(long newEnd, long newForced, EpochHistory newHistory) {
        log = new Log(newEnd, newForced, newHistory);
        if (newHistory.lastEpoch() >= beginningEpoch) {
            beginningEpoch = 0;
        }
    }

    /** Cuts the log; until that is done nothing is appended, and this copy cannot be master. */
    void cut(long position) {
        cutCount++;
        outbox.add(new Effect.Cut(position));
    }

    void cutDone() {
        cutCount--;
    }

    /** Begins an epoch at the end of the log; until that is done nothing is taken from a master. */
    void begin(long epoch) {
        beginningEpoch = epoch;
        outbox.add(new Effect.BeginEpoch(epoch));
    }

    /** Whether a cut of the log, or the beginning of an epoch, was asked for and is not done. */
    boolean isLogChanging() {
        return cutCount > 0 || beginningEpoch > 0;
    }

    /** Whether a loss was approved since this process began: what it knew as committed may be part of the loss. */
    boolean isLossApproved() {
        return record().filter(record -> !record.approvalId().equals(approvalIdAtStart))
                .isPresent();
    }

    /** Never falls. */
    void commit(long position) {
        committed = Math.max(committed, position);
    }

    /** Takes a state over unless it is older than what is known; true if it was. */
    boolean see(GroupState seen, boolean isNewest) {
        if (!isNewest && checks.isBoundByPromise(stored)) {
            // Only a read shows the record that the promise waits for.
            return false;
        }
        Optional<GroupRecord> record = seen.record();
        Optional<GroupRecord> known = stored.record();
        if (record.isPresent() && known.isPresent() && checks.isRegressed(known.get(), record.get())) {
            isRegressed |= isNewest;
            return false;
        }
        if (record.isEmpty() && known.isPresent()) {
            // Deleted, or an old answer from before the first record: what is wanted counts, the record stays as known.
            group = Optional.of(new GroupState(seen.uid(), seen.version(), seen.spec(), known));
            isRegressed |= isNewest;
            return false;
        }
        if (isNewest) {
            isRegressed = false;
        }
        group = Optional.of(seen);
        if (record.isPresent() && !record.equals(known)) {
            GroupRecord next = record.get();
            persist(stored.withRecord(next).withEpoch(Math.max(stored.epoch(), next.epoch())));
        }
        return true;
    }

    void persist(StoredState next) {
        stored = next;
        ticket++;
        outbox.add(new Effect.Persist(ticket, next));
    }

    /** Runs the action once everything persisted so far is on disk; at once if it is. */
    void whenForced(Runnable action) {
        if (forcedTicket >= ticket) {
            action.run();
        } else {
            waiting.add(new Waiting(ticket, action));
        }
    }

    void stored(long storedTicket) {
        forcedTicket = Math.max(forcedTicket, storedTicket);
        List<Runnable> due = new ArrayList<>();
        for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
            Waiting one = all.next();
            if (one.ticket() <= forcedTicket) {
                due.add(one.action());
                all.remove();
            }
        }
        due.forEach(Runnable::run);
    }

    Message.Report report(long askId) {
        return new Message.Report(askId, me(), stored, isRecovered(), history().lastEpoch(), end());
    }
}
