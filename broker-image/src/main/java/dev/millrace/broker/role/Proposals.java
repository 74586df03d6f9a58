package dev.millrace.broker.role;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The records that a copy writes, as pure functions of what it knows. Thread-safe: stateless. */
final class Proposals {
    private Proposals() {}

    /**
     * The record to write now; empty if the intent has no ground any more.
     *
     * @param state what was read just before
     * @param reports of the copies that were reached just before
     * @param nonce of this write
     */
    static Optional<GroupRecord> of(
            Intent intent, Known known, GroupState state, Collection<Message.Report> reports, String nonce) {
        if (state.record().isEmpty()) {
            return Optional.empty();
        }
        GroupRecord record = state.record().get();
        return switch (intent.kind()) {
            case ELECT -> election(known, state.spec(), record, reports, nonce);
            case SHRINK -> shrink(known, state.spec(), record, intent.member().orElseThrow(), nonce);
            case EXPAND -> expand(known, record, intent.member().orElseThrow(), nonce);
            case STEP_DOWN -> stepDown(known, record, nonce);
        };
    }

    /** The approval that lets this copy take over with a loss, if there is one that was not used. */
    static Optional<String> approval(GroupSpec spec, GroupRecord record, int replica) {
        return spec.uncleanElection()
                .filter(unclean -> unclean.replica() == replica)
                .map(GroupSpec.Unclean::approvalId)
                .filter(id -> !id.equals(record.approvalId()));
    }

    private static Optional<GroupRecord> election(
            Known known, GroupSpec spec, GroupRecord record, Collection<Message.Report> reports, String nonce) {
        Member me = known.me();
        boolean isElectable = known.checks.isElectable(record, me);
        Optional<String> approval = isElectable ? Optional.empty() : approval(spec, record, me.replica());
        if (approval.isPresent()) {
            return Optional.of(
                    won(known, record, List.of(me), GroupRecord.Reason.UNCLEAN_APPROVED, nonce, approval.get()));
        }
        if (!isElectable || known.stored().epoch() > record.epoch()) {
            return Optional.empty();
        }
        GroupRecord.Reason reason = record.state() == GroupRecord.State.STEPPING_DOWN
                ? GroupRecord.Reason.SWITCHOVER
                : GroupRecord.Reason.MASTER_LOST;
        if (known.stored().isVolatile()) {
            return known.checks.mayVolatileElect(record, known.report(0), reports)
                    ? Optional.of(won(known, record, record.syncSet(), reason, nonce, record.approvalId()))
                    : Optional.empty();
        }
        List<Member> set = electedSet(known, spec, record, reports);
        return Optional.of(won(known, record, set, reason, nonce, record.approvalId()));
    }

    /** This copy, the members reached, and as many of the others as the set needs. */
    private static List<Member> electedSet(
            Known known, GroupSpec spec, GroupRecord record, Collection<Message.Report> reports) {
        List<Member> set = new ArrayList<>(List.of(known.me()));
        List<Member> unreached = new ArrayList<>();
        for (Member member : record.syncSet()) {
            boolean isReached =
                    reports.stream().anyMatch(report -> known.checks.isMember(List.of(report.member()), member));
            if (member.replica() != known.me().replica()) {
                (isReached ? set : unreached).add(member);
            }
        }
        for (Member member : unreached) {
            if (!known.checks.maySetShrink(set.size(), record.syncSet().size(), spec.minInSync())) {
                set.add(member);
            }
        }
        return set;
    }

    private static Optional<GroupRecord> shrink(
            Known known, GroupSpec spec, GroupRecord record, Member leaving, String nonce) {
        List<Member> set = new ArrayList<>(record.syncSet());
        if (!isOwn(known, record)
                || !set.remove(leaving)
                || !known.checks.maySetShrink(set.size(), record.syncSet().size(), spec.minInSync())) {
            return Optional.empty();
        }
        return Optional.of(kept(known, record, set, GroupRecord.Reason.SHRINK, nonce));
    }

    private static Optional<GroupRecord> expand(Known known, GroupRecord record, Member joining, String nonce) {
        if (!isOwn(known, record) || record.isMember(joining)) {
            return Optional.empty();
        }
        List<Member> set = new ArrayList<>(record.syncSet());
        set.removeIf(member -> member.replica() == joining.replica());
        set.add(joining);
        return Optional.of(kept(known, record, set, GroupRecord.Reason.EXPAND, nonce));
    }

    private static Optional<GroupRecord> stepDown(Known known, GroupRecord record, String nonce) {
        if (!isOwn(known, record)) {
            return Optional.empty();
        }
        return Optional.of(new GroupRecord(
                record.revision() + 1,
                record.epoch(),
                GroupRecord.NONE,
                "",
                "",
                "",
                record.syncSet(),
                GroupRecord.State.STEPPING_DOWN,
                GroupRecord.Reason.STEP_DOWN,
                name(known),
                nonce,
                "",
                record.approvalId()));
    }

    private static boolean isOwn(Known known, GroupRecord record) {
        return record.hasMaster()
                && record.master().equals(known.me())
                && record.masterIncarnation().equals(known.identity.incarnation());
    }

    private static GroupRecord won(
            Known known,
            GroupRecord record,
            List<Member> set,
            GroupRecord.Reason reason,
            String nonce,
            String approvalId) {
        return new GroupRecord(
                record.revision() + 1,
                record.epoch() + 1,
                known.me().replica(),
                known.me().storageId(),
                known.identity.incarnation(),
                known.identity.address(),
                set,
                GroupRecord.State.STABLE,
                reason,
                name(known),
                nonce,
                "",
                approvalId);
    }

    private static GroupRecord kept(
            Known known, GroupRecord record, List<Member> set, GroupRecord.Reason reason, String nonce) {
        return new GroupRecord(
                record.revision() + 1,
                record.epoch(),
                record.masterReplica(),
                record.masterStorageId(),
                record.masterIncarnation(),
                record.masterAddress(),
                set,
                GroupRecord.State.STABLE,
                reason,
                name(known),
                nonce,
                "",
                record.approvalId());
    }

    private static String name(Known known) {
        return "replica-" + known.me().replica();
    }
}
