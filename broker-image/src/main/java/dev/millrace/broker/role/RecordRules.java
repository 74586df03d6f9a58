package dev.millrace.broker.role;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What may never be written to an election record, whoever asks. The API server holds the same rules in CEL, and every
 * {@link ElectionRecord} that has no server holds them by calling this. Each rule has a name, with which its refusals begin;
 * the CEL beside it is what the schema of {@code BrokerGroup} says, {@code old} and {@code new} being the status before and
 * after.
 *
 * <pre>
 * of one record
 *   set-size           1 &lt;= size(syncSet) &lt;= 5, replica &gt;= 0 (schema)
 *   numbers            revision &gt;= 0, epoch &gt;= 0, masterReplica &gt;= -1 (schema)
 *   one-disk-a-copy    syncSet.all(a, syncSet.exists_one(b, b.replica == a.replica))
 *   master-is-member   masterReplica == -1 ||
 *                      syncSet.exists(m, m.replica == masterReplica &amp;&amp; m.storageId == masterStorageId)
 * of a change; not looked at for the first record
 *   next-revision      new.revision == old.revision + 1 || new == old
 *   epoch-stays        new.epoch &gt;= old.epoch
 *   epoch-by-one       new.epoch &lt;= old.epoch + 1 || new.reason == 'Repair'
 *   one-master         new.epoch &gt; old.epoch || new.masterReplica == -1 || (new.masterReplica == old.masterReplica
 *                      &amp;&amp; new.masterStorageId == old.masterStorageId
 *                      &amp;&amp; new.masterIncarnation == old.masterIncarnation)
 *   no-strangers       new.reason in ['Repair','UncleanApproved']
 *                      || (new.epoch == old.epoch &amp;&amp; new.masterReplica != -1)
 *                      || new.syncSet.all(m, old.syncSet.exists(o, o.replica == m.replica
 *                         &amp;&amp; o.storageId == m.storageId))
 *   approval-carried   new.approvalId == old.approvalId || new.reason in ['Repair','UncleanApproved']
 * of record and spec
 *   first-reason       has(old) || new.reason in ['Bootstrap','Repair']
 *   bootstrap-once     !has(old) || new.revision == old.revision || new.reason != 'Bootstrap'
 *   unclean-approved   new.reason != 'UncleanApproved' || (has(old) &amp;&amp; new.revision == old.revision)
 *                      || (has(old) &amp;&amp; new.epoch == old.epoch + 1 &amp;&amp; has(spec.uncleanElection)
 *                         &amp;&amp; spec.uncleanElection.approvalId == new.approvalId
 *                         &amp;&amp; spec.uncleanElection.replica == new.masterReplica
 *                         &amp;&amp; new.approvalId != old.approvalId)
 *   repair-approved    new.reason != 'Repair' || (has(old) &amp;&amp; new.revision == old.revision)
 *                      || (has(spec.repair) &amp;&amp; spec.repair.approvalId == new.approvalId
 *                         &amp;&amp; (!has(old) || new.approvalId != old.approvalId))
 *   set-at-minimum     !has(oldSelf.status) || !has(self.status)
 *                      || self.status.reason in ['Repair','UncleanApproved']
 *                      || self.status.syncSet.size() &gt;= oldSelf.status.syncSet.size()
 *                      || self.status.syncSet.size() &gt;= self.spec.minInSync
 *   record-stays       !has(oldSelf.status) || has(self.status)
 * of the spec
 *   name-stays         .spec.cluster, .spec.group: self == oldSelf
 *   minimum-fits       1 &lt;= copies &lt;= 5, 1 &lt;= minInSync &lt;= copies
 * </pre>
 *
 * <p>set-at-minimum: a smaller set would take no write anyway, and would bar a copy that has everything. It does not hold for
 * a repair or an approved loss: those say who is left.
 *
 * <p>Thread-safe: no state.
 */
public final class RecordRules {
    /** Members that a set can have. */
    public static final int MEMBERS_MAX = 5;

    private static final int COPIES_MAX = 5;

    private final List<String> violations = new ArrayList<>();

    private RecordRules() {}

    /**
     * Why a record may not be written now; empty if it may.
     *
     * @param now what the store has: the spec, and the record before if there is one
     */
    public static List<String> violations(GroupState now, GroupRecord next) {
        RecordRules rules = new RecordRules();
        rules.checkContent(next);
        rules.checkNumbers(next);
        now.record().ifPresent(before -> rules.checkChange(before, next));
        rules.checkReason(now.record(), next);
        rules.checkApprovals(now, next);
        now.record().ifPresent(before -> rules.checkMinimum(now.spec(), before, next));
        return List.copyOf(rules.violations);
    }

    /** Why these can be no record, whatever was before; empty if they can. */
    public static List<String> nonsense(GroupRecord read) {
        RecordRules rules = new RecordRules();
        rules.checkContent(read);
        rules.checkNumbers(read);
        return List.copyOf(rules.violations);
    }

    /** Why the record may not be taken away from a group that stays; empty if there is none. */
    public static List<String> removalViolations(GroupState now) {
        RecordRules rules = new RecordRules();
        rules.check(
                now.record().isEmpty(),
                "record-stays",
                () -> "a group with a record keeps one; delete the whole group to have it rebuilt");
        return List.copyOf(rules.violations);
    }

    /** Why a spec may not be written; empty if it may. Cluster and name of a group stay as they were made. */
    public static List<String> specViolations(Optional<GroupSpec> before, GroupSpec next) {
        RecordRules rules = new RecordRules();
        before.ifPresent(old -> rules.check(
                old.cluster().equals(next.cluster()) && old.group().equals(next.group()),
                "name-stays",
                () -> "group " + old.cluster() + "/" + old.group() + " can't become " + next.cluster() + "/"
                        + next.group() + "; make a new group"));
        rules.check(
                next.copies() >= 1
                        && next.copies() <= COPIES_MAX
                        && next.minInSync() >= 1
                        && next.minInSync() <= next.copies(),
                "minimum-fits",
                () -> "copies " + next.copies() + ", minInSync " + next.minInSync() + "; copies are 1 to " + COPIES_MAX
                        + ", minInSync is 1 to copies");
        return List.copyOf(rules.violations);
    }

    private void check(boolean holds, String rule, Supplier<String> text) {
        if (!holds) {
            violations.add(rule + ": " + text.get());
        }
    }

    private void checkContent(GroupRecord next) {
        List<Member> set = next.syncSet();
        check(
                !set.isEmpty() && set.size() <= MEMBERS_MAX && set.stream().allMatch(member -> member.replica() >= 0),
                "set-size",
                () -> "the set " + set + " has " + set.size() + " members; 1 to " + MEMBERS_MAX
                        + " with numbers from 0 on are possible");
        check(
                set.stream().map(Member::replica).distinct().count() == set.size(),
                "one-disk-a-copy",
                () -> "a copy stands twice in the set " + set + "; one disk of a copy can be a member");
        check(
                !next.hasMaster() || next.isMember(next.master()),
                "master-is-member",
                () -> "master " + next.master() + " is not in the set " + set + "; only a member can be master");
    }

    private void checkNumbers(GroupRecord next) {
        check(
                next.revision() >= 0 && next.epoch() >= 0 && next.masterReplica() >= GroupRecord.NONE,
                "numbers",
                () -> "revision " + next.revision() + ", epoch " + next.epoch() + ", master " + next.masterReplica()
                        + "; revision and epoch count from 0, a master from " + GroupRecord.NONE + " for none");
    }

    private void checkChange(GroupRecord before, GroupRecord next) {
        check(
                next.revision() == before.revision() + 1 || next.equals(before),
                "next-revision",
                () -> "revision " + next.revision() + " does not follow " + before.revision()
                        + "; read the record again");
        check(
                next.epoch() >= before.epoch(),
                "epoch-stays",
                () -> "epoch " + next.epoch() + " is below " + before.epoch() + "; epochs never fall");
        check(
                next.epoch() <= before.epoch() + 1 || next.reason() == GroupRecord.Reason.REPAIR,
                "epoch-by-one",
                () -> "epoch " + next.epoch() + " is more than one above " + before.epoch()
                        + "; only a repair may skip epochs");
        check(
                next.epoch() > before.epoch() || !next.hasMaster() || isSameMaster(before, next),
                "one-master",
                () -> "master " + next.master() + " of process " + next.masterIncarnation() + " in epoch "
                        + next.epoch() + ", which has " + before.master() + " of process "
                        + before.masterIncarnation() + "; another master needs another epoch");
        check(
                isGranted(next)
                        || (next.epoch() == before.epoch() && next.hasMaster())
                        || next.syncSet().stream().allMatch(before::isMember),
                "no-strangers",
                () -> "the set " + next.syncSet() + " has members that " + before.syncSet()
                        + " has not; only a master that stays takes in new ones");
        check(
                next.approvalId().equals(before.approvalId()) || isGranted(next),
                "approval-carried",
                () -> "approval '" + next.approvalId() + "' instead of '" + before.approvalId() + "' with reason "
                        + next.reason() + "; carry the last approval over");
    }

    private void checkReason(Optional<GroupRecord> before, GroupRecord next) {
        check(
                before.isPresent()
                        || next.reason() == GroupRecord.Reason.BOOTSTRAP
                        || next.reason() == GroupRecord.Reason.REPAIR,
                "first-reason",
                () -> "the first record can't have reason " + next.reason() + "; it is a bootstrap or a repair");
        check(
                before.isEmpty() || isSameRevision(before, next) || next.reason() != GroupRecord.Reason.BOOTSTRAP,
                "bootstrap-once",
                () -> "reason " + next.reason() + " at revision " + next.revision()
                        + "; only the first record is a bootstrap");
    }

    private void checkApprovals(GroupState now, GroupRecord next) {
        Optional<GroupRecord> before = now.record();
        check(
                next.reason() != GroupRecord.Reason.UNCLEAN_APPROVED
                        || isSameRevision(before, next)
                        || before.filter(old -> isUncleanApproved(now.spec(), old, next))
                                .isPresent(),
                "unclean-approved",
                () -> "master " + next.masterReplica() + " in epoch " + next.epoch() + " by approval '"
                        + next.approvalId() + "', but the spec approves "
                        + now.spec().uncleanElection()
                        + " and the last one used is " + lastApproval(before)
                        + "; an approval is for one copy, one epoch and once");
        check(
                next.reason() != GroupRecord.Reason.REPAIR
                        || isSameRevision(before, next)
                        || (now.spec()
                                        .repairApproval()
                                        .filter(next.approvalId()::equals)
                                        .isPresent()
                                && before.filter(old -> old.approvalId().equals(next.approvalId()))
                                        .isEmpty()),
                "repair-approved",
                () -> "a repair by approval '" + next.approvalId() + "', but the spec has "
                        + now.spec().repairApproval() + " and the last one used is " + lastApproval(before)
                        + "; a repair needs a new approval in the spec");
    }

    private static boolean isUncleanApproved(GroupSpec spec, GroupRecord before, GroupRecord next) {
        return next.epoch() == before.epoch() + 1
                && spec.uncleanElection()
                        .filter(approved -> approved.approvalId().equals(next.approvalId())
                                && approved.replica() == next.masterReplica())
                        .isPresent()
                && !next.approvalId().equals(before.approvalId());
    }

    private void checkMinimum(GroupSpec spec, GroupRecord before, GroupRecord next) {
        check(
                isGranted(next)
                        || next.syncSet().size()
                                >= Math.min(spec.minInSync(), before.syncSet().size()),
                "set-at-minimum",
                () -> "a set of " + next.syncSet().size() + " after one of "
                        + before.syncSet().size() + " with minInSync " + spec.minInSync()
                        + "; it would take no write, and bar a copy that has everything");
    }

    private static boolean isGranted(GroupRecord next) {
        return next.reason() == GroupRecord.Reason.REPAIR || next.reason() == GroupRecord.Reason.UNCLEAN_APPROVED;
    }

    private static boolean isSameMaster(GroupRecord before, GroupRecord next) {
        return next.master().equals(before.master()) && next.masterIncarnation().equals(before.masterIncarnation());
    }

    private static boolean isSameRevision(Optional<GroupRecord> before, GroupRecord next) {
        return before.filter(old -> old.revision() == next.revision()).isPresent();
    }

    private static String lastApproval(Optional<GroupRecord> before) {
        return before.map(old -> "'" + old.approvalId() + "'").orElse("none");
    }
}
