package dev.millrace.broker.role;

import dev.millrace.store.epoch.EpochHistory;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The rules of the protocol that keep messages from being lost, each a method of its own, so that a simulation can drop one
 * and must find the loss. Numbers are those of docs/failover.md.
 *
 * <p>Thread-safe: immutable.
 */
class Checks {
    /** Whom a master waits for while a write of its own is not yet resolved: whoever either outcome asks for (1, 2). */
    List<Member> waitedFor(GroupRecord confirmed, Optional<GroupRecord> pending) {
        return pending.map(confirmed::membersWith).orElse(confirmed.syncSet());
    }

    /** A set is never made smaller than it has to be to write: it would bar the copy that has everything (1, 3). */
    boolean maySetShrink(int sizeAfter, int sizeBefore, int minInSync) {
        return sizeAfter >= Math.min(minInSync, sizeBefore);
    }

    /** What a copy must have to join the set: also what the master inherited and may have been acknowledged (2). */
    long expandFloor(long committed, long inheritedEnd) {
        return Math.max(committed, inheritedEnd);
    }

    /** Only a member has everything that was acknowledged (3). */
    boolean isElectable(GroupRecord record, Member me) {
        return isMember(record.syncSet(), me);
    }

    /** A number with a new disk is somebody else (2 to 4). */
    boolean isMember(Collection<Member> members, Member member) {
        return members.contains(member);
    }

    /** What was heard in an earlier session says nothing of the disk that answers now (4). */
    long heardAtBegin(long heardBefore) {
        return -1;
    }

    /** An epoch counts once the disk has it (4). */
    boolean isEpochForcedFirst() {
        return true;
    }

    /** Nothing is taken from a master of an epoch that is over (4). */
    boolean isEpochTaken(long stored, long offered) {
        return offered >= stored;
    }

    /** Where a follower cuts: by who wrote what, never by length alone (4). */
    long cutAt(EpochHistory master, long masterEnd, EpochHistory follower, long followerEnd) {
        return master.commonEnd(masterEnd, follower, followerEnd);
    }

    /** What a new master has counts once every member has acknowledged it in the new epoch (4). */
    long committedAtElection(long committed, long inheritedEnd) {
        return committed;
    }

    /** Mastership ends with the process: one that finds itself named elects itself anew, or follows (4). */
    boolean isResumed(GroupRecord record, Member me) {
        return false;
    }

    /**
     * Whether a copy that may have lost its tail may elect itself: only if every member said that it lost its tail too, and
     * none has more (5).
     */
    boolean mayVolatileElect(GroupRecord record, Message.Report own, Collection<Message.Report> others) {
        return record.syncSet().stream()
                .filter(member -> !member.equals(own.member()))
                .allMatch(member -> others.stream()
                        .anyMatch(report ->
                                report.member().equals(member) && report.recovered() && isBehind(report, own)));
    }

    /** Whether a copy that may have lost its tail has less than another one, or as much and a higher number. */
    private static boolean isBehind(Message.Report report, Message.Report own) {
        if (!report.stored().isVolatile()) {
            return false;
        }
        if (report.lastEpoch() != own.lastEpoch()) {
            return report.lastEpoch() < own.lastEpoch();
        }
        if (report.logEnd() != own.logEnd()) {
            return report.logEnd() < own.logEnd();
        }
        return report.member().replica() > own.member().replica();
    }

    /** What a copy acknowledges: with flush Sync what is on its disk. */
    long acknowledged(boolean isForceAwaited, long end, long forced) {
        return isForceAwaited ? forced : end;
    }

    /**
     * Whether a write without an answer is known to be lost (10): the same group has a later record of somebody else, or it
     * changed otherwise, so that the write's version is over. As long as the record is the one it was based on, it may yet
     * arrive; a group made anew, without a record or with an older one says nothing of what became of it.
     */
    boolean isLost(GroupState now, GroupState basis, GroupRecord next) {
        long revision = now.record().map(GroupRecord::revision).orElse(0L);
        long before = basis.record().map(GroupRecord::revision).orElse(0L);
        boolean isOver = revision >= next.revision() || !now.version().equals(basis.version());
        return now.uid().equals(basis.uid()) && revision >= before && isOver;
    }

    /** Acknowledging alone needs the lease, and a record read since it was taken (8). */
    boolean isLeaseNeeded(GroupSpec spec, Collection<Member> waitedFor) {
        return spec.copies() > 1 && (spec.acks() == GroupSpec.Acks.ASYNC || waitedFor.size() == 1);
    }

    /** Whether the record must be read after the lease was taken (8). */
    boolean isReadAfterLease() {
        return true;
    }

    /** A record that went back in time is not acted on (11). */
    boolean isRegressed(GroupRecord known, GroupRecord seen) {
        return seen.isOlderThan(known);
    }

    /** Before each write the copies that can be reached are asked: one that knows a newer record stops it (11). */
    boolean isNewerElsewhere(Optional<GroupRecord> read, Collection<Message.Report> reports) {
        return reports.stream()
                .flatMap(report -> report.stored().record().stream())
                .anyMatch(other -> read.isEmpty() || isRegressed(other, read.get()));
    }

    /** After the report for a rebuilt record nothing is written until that record is read. */
    boolean isBoundByPromise(StoredState stored) {
        return stored.promisedEpoch() != StoredState.NO_PROMISE;
    }
}
