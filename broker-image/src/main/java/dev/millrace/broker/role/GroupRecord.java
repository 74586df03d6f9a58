package dev.millrace.broker.role;

import java.util.List;
import java.util.stream.Stream;

/**
 * The election record of a broker group: who is master in which epoch, and who must have a message before it is
 * acknowledged. The status of a {@code BrokerGroup}. Thread-safe: immutable.
 *
 * @param revision rises by one with every write
 * @param epoch rises by one with every election
 * @param masterReplica −1 for none
 * @param masterStorageId empty for none
 * @param masterIncarnation the process (a pod's UID, a process's random id); empty for none
 * @param masterAddress {@code host:port} for clients; empty for none
 * @param syncSet one to five members, in any order; the replica numbers differ
 * @param changedBy who wrote it
 * @param nonce random, so that a writer knows its own write
 * @param changedAt wall time of the writer, ISO-8601; nothing is decided by it
 * @param approvalId the last approval that was used; empty for none
 */
public record GroupRecord(
        long revision,
        long epoch,
        int masterReplica,
        String masterStorageId,
        String masterIncarnation,
        String masterAddress,
        List<Member> syncSet,
        State state,
        Reason reason,
        String changedBy,
        String nonce,
        String changedAt,
        String approvalId) {
    /** No copy. */
    public static final int NONE = -1;

    /** What the group does. */
    public enum State {
        BOOTSTRAPPING,
        STABLE,
        STEPPING_DOWN,
        NO_MASTER
    }

    /** Why the record was written. */
    public enum Reason {
        BOOTSTRAP,
        MASTER_LOST,
        SWITCHOVER,
        SHRINK,
        EXPAND,
        STEP_DOWN,
        UNCLEAN_APPROVED,
        REPAIR
    }

    public GroupRecord {
        syncSet = List.copyOf(syncSet);
    }

    public boolean hasMaster() {
        return masterReplica != NONE;
    }

    /** The master as a member; only with one. */
    public Member master() {
        return new Member(masterReplica, masterStorageId);
    }

    public boolean isMember(Member member) {
        return syncSet.contains(member);
    }

    /** Whether this record is older than another: by epoch, then by revision. */
    public boolean isOlderThan(GroupRecord other) {
        return epoch != other.epoch ? epoch < other.epoch : revision < other.revision;
    }

    /** Who is in this set or in the other one. */
    public List<Member> membersWith(GroupRecord other) {
        return Stream.concat(syncSet.stream(), other.syncSet.stream())
                .distinct()
                .toList();
    }
}
