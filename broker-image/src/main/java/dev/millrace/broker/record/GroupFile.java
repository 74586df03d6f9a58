package dev.millrace.broker.record;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Member;
import dev.millrace.broker.role.RecordRules;
import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.codec.BodyJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What {@code group.json} holds: a JSON object in UTF-8. Source: docs/storage-format.md, section "Election record". Public
 * because the JSON codec makes it. Thread-safe: immutable.
 *
 * @param format {@link #FORMAT}; another one is refused
 * @param uid differs when the group was deleted and made again
 * @param writes rises with every write
 * @param record absent until the first one is written
 */
public record GroupFile(
        int format,
        String uid,
        Long writes,
        SpecPart spec,
        @Nullable RecordPart record) {
    /** The only format so far. */
    public static final int FORMAT = 1;

    /** {@link GroupSpec}. */
    public record SpecPart(
            String cluster,
            String group,
            Integer copies,
            Integer minInSync,
            String acks,
            String cordon,
            List<Integer> fenced,
            @Nullable SwitchoverPart switchover,
            @Nullable UncleanPart uncleanElection,
            @Nullable String repairApproval,
            TimersPart timers) {
        static SpecPart of(GroupSpec spec) {
            return new SpecPart(
                    spec.cluster(),
                    spec.group(),
                    spec.copies(),
                    spec.minInSync(),
                    Spelling.of(spec.acks()),
                    Spelling.of(spec.cordon()),
                    List.copyOf(new TreeSet<>(spec.fenced())),
                    spec.switchover()
                            .map(wish -> new SwitchoverPart(wish.to(), wish.requestId()))
                            .orElse(null),
                    spec.uncleanElection()
                            .map(approval -> new UncleanPart(approval.replica(), approval.approvalId()))
                            .orElse(null),
                    spec.repairApproval().orElse(null),
                    TimersPart.of(spec.timers()));
        }

        GroupSpec toSpec() {
            return new GroupSpec(
                    cluster,
                    group,
                    copies,
                    minInSync,
                    Spelling.constant(GroupSpec.Acks.class, acks, "spec.acks"),
                    Spelling.constant(GroupSpec.Cordon.class, cordon, "spec.cordon"),
                    Set.copyOf(fenced),
                    Optional.ofNullable(switchover).map(wish -> new GroupSpec.Switchover(wish.to, wish.requestId)),
                    Optional.ofNullable(uncleanElection)
                            .map(approval -> new GroupSpec.Unclean(approval.replica, approval.approvalId)),
                    Optional.ofNullable(repairApproval),
                    timers.toTimers());
        }
    }

    /** {@link GroupSpec.Switchover}. */
    public record SwitchoverPart(Integer to, String requestId) {}

    /** {@link GroupSpec.Unclean}. */
    public record UncleanPart(Integer replica, String approvalId) {}

    /** {@link GroupSpec.Timers}. */
    public record TimersPart(
            Long suspicionMs, Long shrinkMs, Long askMs, Long rankMs, Integer leaseSeconds, Integer renewSeconds) {
        static TimersPart of(GroupSpec.Timers timers) {
            return new TimersPart(
                    timers.suspicionMs(),
                    timers.shrinkMs(),
                    timers.askMs(),
                    timers.rankMs(),
                    timers.leaseSeconds(),
                    timers.renewSeconds());
        }

        GroupSpec.Timers toTimers() {
            if (suspicionMs < 1 || shrinkMs < 1 || askMs < 1 || rankMs < 1 || renewSeconds < 1) {
                throw new BadFieldException(this + " has times that are not positive");
            }
            if (leaseSeconds <= renewSeconds) {
                throw new BadFieldException(
                        "a lease of " + leaseSeconds + " s can't be renewed every " + renewSeconds + " s");
            }
            return new GroupSpec.Timers(suspicionMs, shrinkMs, askMs, rankMs, leaseSeconds, renewSeconds);
        }
    }

    /** {@link GroupRecord}. */
    public record RecordPart(
            Long revision,
            Long epoch,
            Integer masterReplica,
            String masterStorageId,
            String masterIncarnation,
            String masterAddress,
            List<MemberPart> syncSet,
            String state,
            String reason,
            String changedBy,
            String nonce,
            String changedAt,
            String approvalId) {
        static RecordPart of(GroupRecord of) {
            return new RecordPart(
                    of.revision(),
                    of.epoch(),
                    of.masterReplica(),
                    of.masterStorageId(),
                    of.masterIncarnation(),
                    of.masterAddress(),
                    of.syncSet().stream()
                            .map(member -> new MemberPart(member.replica(), member.storageId()))
                            .toList(),
                    Spelling.of(of.state()),
                    Spelling.of(of.reason()),
                    of.changedBy(),
                    of.nonce(),
                    of.changedAt(),
                    of.approvalId());
        }

        GroupRecord toRecord() {
            return new GroupRecord(
                    revision,
                    epoch,
                    masterReplica,
                    masterStorageId,
                    masterIncarnation,
                    masterAddress,
                    syncSet.stream()
                            .map(member -> new Member(member.replica, member.storageId))
                            .toList(),
                    Spelling.constant(GroupRecord.State.class, state, "record.state"),
                    Spelling.constant(GroupRecord.Reason.class, reason, "record.reason"),
                    changedBy,
                    nonce,
                    changedAt,
                    approvalId);
        }
    }

    /** {@link Member}. */
    public record MemberPart(Integer replica, String storageId) {}

    /** The file of a state as the {@code writes}th write. */
    static byte[] encode(String uid, long writes, GroupSpec spec, Optional<GroupRecord> record) {
        return BodyJson.write(new GroupFile(
                FORMAT,
                uid,
                writes,
                SpecPart.of(spec),
                record.map(RecordPart::of).orElse(null)));
    }

    /** @throws BadFieldException if the bytes are not a whole file of this format, or what it says can't be */
    static GroupFile decode(byte[] bytes) {
        GroupFile read = BodyJson.read(GroupFile.class, bytes);
        if (read.format != FORMAT) {
            throw new BadFieldException("format is " + read.format + ", this program knows " + FORMAT);
        }
        GroupSpec spec = read.spec.toSpec();
        List<String> nonsense = new ArrayList<>(RecordRules.specViolations(Optional.empty(), spec));
        if (read.record != null) {
            nonsense.addAll(RecordRules.nonsense(read.record.toRecord()));
        }
        if (!nonsense.isEmpty()) {
            throw new BadFieldException(String.join("; ", nonsense));
        }
        return read;
    }

    /**
     * The state that the bytes of a file say. Its version is the number of the write and a checksum of the bytes, so that
     * what was edited by hand, or written after a backup was restored, is another version as well.
     *
     * @throws BadFieldException as for {@link #decode}
     */
    static GroupState state(byte[] bytes) {
        GroupFile read = decode(bytes);
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return new GroupState(
                read.uid,
                read.writes + "-" + Long.toHexString(sum.getValue()),
                read.spec.toSpec(),
                Optional.ofNullable(read.record).map(RecordPart::toRecord));
    }
}
