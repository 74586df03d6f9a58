package dev.millrace.broker.record;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupRecord.Reason;
import dev.millrace.broker.role.GroupRecord.State;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Member;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A group of three for tests: copy 0 has storage "a", copy 1 "b", copy 2 "c"; process of copy 0 is "pa", and so on.
 *
 * <p>Thread-safe: immutable.
 */
public final class Sample {
    public static final GroupSpec SPEC = new GroupSpec(
            "cluster",
            "group",
            3,
            2,
            GroupSpec.Acks.ALL_IN_SYNC,
            GroupSpec.Cordon.NONE,
            Set.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            GroupSpec.Timers.USUAL);

    private Sample() {}

    /** Members by their storage. */
    public static List<Member> members(String... storages) {
        return Stream.of(storages)
                .map(storage -> new Member(storage.charAt(0) - 'a', storage))
                .toList();
    }

    /** A record with master 0 or none, of reason {@code reason}. */
    public static GroupRecord record(long revision, long epoch, int master, Reason reason, String... storages) {
        boolean hasMaster = master != GroupRecord.NONE;
        String storage = hasMaster ? String.valueOf((char) ('a' + master)) : "";
        return new GroupRecord(
                revision,
                epoch,
                master,
                storage,
                hasMaster ? "p" + storage : "",
                hasMaster ? "127.0.0.1:1091" + master : "",
                members(storages),
                hasMaster ? State.STABLE : State.NO_MASTER,
                reason,
                "tester",
                "nonce-" + revision,
                "2026-01-01T00:00:00Z",
                "");
    }

    public static GroupRecord withMaster(GroupRecord of, String storage, String incarnation) {
        return new GroupRecord(
                of.revision(),
                of.epoch(),
                storage.charAt(0) - 'a',
                storage,
                incarnation,
                "127.0.0.1:10919",
                of.syncSet(),
                State.STABLE,
                of.reason(),
                of.changedBy(),
                of.nonce(),
                of.changedAt(),
                of.approvalId());
    }

    public static GroupRecord withApproval(GroupRecord of, String approvalId) {
        return new GroupRecord(
                of.revision(),
                of.epoch(),
                of.masterReplica(),
                of.masterStorageId(),
                of.masterIncarnation(),
                of.masterAddress(),
                of.syncSet(),
                of.state(),
                of.reason(),
                of.changedBy(),
                of.nonce(),
                of.changedAt(),
                approvalId);
    }

    public static GroupRecord withNonce(GroupRecord of, String nonce) {
        return new GroupRecord(
                of.revision(),
                of.epoch(),
                of.masterReplica(),
                of.masterStorageId(),
                of.masterIncarnation(),
                of.masterAddress(),
                of.syncSet(),
                of.state(),
                of.reason(),
                of.changedBy(),
                nonce,
                of.changedAt(),
                of.approvalId());
    }

    /** The first record of a new group of three. */
    public static GroupRecord bootstrap() {
        return record(1, 0, GroupRecord.NONE, Reason.BOOTSTRAP, "a", "b", "c");
    }

    /** Copy 0 is elected after the bootstrap. */
    public static GroupRecord elected() {
        return record(2, 1, 0, Reason.MASTER_LOST, "a", "b", "c");
    }

    /** A spec that approves copy {@code replica} outside of the set. */
    public static GroupSpec approving(int replica, String approvalId) {
        return new GroupSpec(
                SPEC.cluster(),
                SPEC.group(),
                SPEC.copies(),
                SPEC.minInSync(),
                SPEC.acks(),
                SPEC.cordon(),
                SPEC.fenced(),
                SPEC.switchover(),
                Optional.of(new GroupSpec.Unclean(replica, approvalId)),
                SPEC.repairApproval(),
                SPEC.timers());
    }

    /** A spec with a repair in progress. */
    public static GroupSpec repairing(String approvalId) {
        return new GroupSpec(
                SPEC.cluster(),
                SPEC.group(),
                SPEC.copies(),
                SPEC.minInSync(),
                SPEC.acks(),
                SPEC.cordon(),
                SPEC.fenced(),
                SPEC.switchover(),
                SPEC.uncleanElection(),
                Optional.of(approvalId),
                SPEC.timers());
    }

    public static GroupSpec sized(int copies, int minInSync) {
        return new GroupSpec(
                SPEC.cluster(),
                SPEC.group(),
                copies,
                minInSync,
                SPEC.acks(),
                SPEC.cordon(),
                SPEC.fenced(),
                SPEC.switchover(),
                SPEC.uncleanElection(),
                SPEC.repairApproval(),
                SPEC.timers());
    }

    /** What a store has. */
    public static GroupState state(GroupSpec spec, GroupRecord record) {
        return new GroupState("uid", "version", spec, Optional.of(record));
    }

    /** A group without a record. */
    public static GroupState empty(GroupSpec spec) {
        return new GroupState("uid", "version", spec, Optional.empty());
    }
}
