package dev.millrace.broker.role;

import static dev.millrace.broker.record.Sample.SPEC;
import static dev.millrace.broker.record.Sample.approving;
import static dev.millrace.broker.record.Sample.bootstrap;
import static dev.millrace.broker.record.Sample.elected;
import static dev.millrace.broker.record.Sample.empty;
import static dev.millrace.broker.record.Sample.record;
import static dev.millrace.broker.record.Sample.repairing;
import static dev.millrace.broker.record.Sample.sized;
import static dev.millrace.broker.record.Sample.state;
import static dev.millrace.broker.record.Sample.withApproval;
import static dev.millrace.broker.record.Sample.withMaster;
import static dev.millrace.broker.record.Sample.withNonce;
import static dev.millrace.broker.role.GroupRecord.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.role.GroupRecord.Reason;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each write is tried on a group of three with minInSync 2, most on one whose record is {@link Case#BEFORE}. */
class RecordRulesTest {
    /** @param rules those that must refuse it, and no others; empty if it passes */
    record Case(String name, GroupState now, GroupRecord next, List<String> rules) {
        static final GroupRecord BEFORE = record(7, 3, 0, Reason.EXPAND, "a", "b", "c");
        static final GroupRecord NO_MASTER = record(7, 3, NONE, Reason.STEP_DOWN, "a", "b");

        static Case passes(String name, GroupRecord next) {
            return new Case(name, state(SPEC, BEFORE), next, List.of());
        }

        static Case passes(String name, GroupState now, GroupRecord next) {
            return new Case(name, now, next, List.of());
        }

        static Case refused(String name, GroupRecord next, String... rules) {
            return new Case(name, state(SPEC, BEFORE), next, List.of(rules));
        }

        static Case refused(String name, GroupState now, GroupRecord next, String... rules) {
            return new Case(name, now, next, List.of(rules));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> contents() {
        return Stream.of(
                Case.passes("set of five", state(sized(5, 2), Case.BEFORE), five("a", "b", "c", "d", "e")),
                Case.refused("set of six", five("a", "b", "c", "d", "e", "f"), "set-size"),
                Case.refused("no set", state(SPEC, Case.NO_MASTER), masterless(), "set-size", "set-at-minimum"),
                Case.refused(
                        "numbers below none",
                        record(8, 3, -2, Reason.SHRINK, "a", "b"),
                        "numbers",
                        "one-master",
                        "master-is-member"),
                Case.refused(
                        "negative first epoch", empty(SPEC), record(1, -1, NONE, Reason.BOOTSTRAP, "a"), "numbers"),
                Case.refused(
                        "one copy with two disks", record(8, 3, 0, Reason.EXPAND, "a", "b", "bx"), "one-disk-a-copy"),
                Case.refused(
                        "master outside of the set", record(8, 4, 2, Reason.MASTER_LOST, "a", "b"), "master-is-member"),
                Case.refused(
                        "master with another disk than the member",
                        withMaster(record(8, 4, 1, Reason.MASTER_LOST, "a", "b"), "bx", "pb"),
                        "master-is-member"));
    }

    private static GroupRecord five(String... storages) {
        return record(8, 3, 0, Reason.EXPAND, storages);
    }

    private static GroupRecord masterless() {
        return record(8, 3, NONE, Reason.STEP_DOWN);
    }

    static Stream<Case> changes() {
        GroupState noMaster = state(SPEC, Case.NO_MASTER);
        return Stream.of(
                Case.passes("the same again", Case.BEFORE),
                Case.passes("shrink", record(8, 3, 0, Reason.SHRINK, "a", "b")),
                Case.passes(
                        "expand",
                        state(SPEC, record(7, 3, 0, Reason.SHRINK, "a", "b")),
                        record(8, 3, 0, Reason.EXPAND, "a", "b", "c")),
                Case.passes("a member's disk exchanged", record(8, 3, 0, Reason.EXPAND, "a", "bx", "c")),
                Case.passes("election", record(8, 4, 1, Reason.MASTER_LOST, "b", "c")),
                Case.passes("election after a step down", noMaster, record(8, 4, 1, Reason.SWITCHOVER, "a", "b")),
                Case.passes("step down", record(8, 3, NONE, Reason.STEP_DOWN, "a", "b", "c")),
                Case.passes(
                        "own epoch after a restart",
                        withMaster(record(8, 4, 0, Reason.MASTER_LOST, "a", "b", "c"), "a", "pa2")),
                Case.refused("the same revision", record(7, 3, 0, Reason.SHRINK, "a", "b"), "next-revision"),
                Case.refused("the same revision by another writer", withNonce(Case.BEFORE, "other"), "next-revision"),
                Case.refused("a revision left out", record(9, 3, 0, Reason.SHRINK, "a", "b"), "next-revision"),
                Case.refused("an older revision", record(6, 3, 0, Reason.SHRINK, "a", "b"), "next-revision"),
                Case.refused("an older epoch", record(8, 2, 0, Reason.SHRINK, "a", "b"), "epoch-stays"),
                Case.refused("an epoch left out", record(8, 5, 1, Reason.MASTER_LOST, "b", "c"), "epoch-by-one"),
                Case.refused(
                        "another master in the epoch", record(8, 3, 1, Reason.MASTER_LOST, "b", "c"), "one-master"),
                Case.refused(
                        "a master in an epoch that ended",
                        noMaster,
                        record(8, 3, 0, Reason.SWITCHOVER, "a", "b"),
                        "one-master"),
                Case.refused(
                        "a stranger by election",
                        state(SPEC, record(7, 3, 0, Reason.SHRINK, "a", "b")),
                        record(8, 4, 1, Reason.MASTER_LOST, "b", "c"),
                        "no-strangers"),
                Case.refused(
                        "an approval out of nowhere",
                        withApproval(record(8, 3, 0, Reason.SHRINK, "a", "b"), "x"),
                        "approval-carried"),
                Case.passes(
                        "an approval carried over",
                        state(SPEC, withApproval(Case.BEFORE, "x")),
                        withApproval(record(8, 3, 0, Reason.SHRINK, "a", "b"), "x")),
                Case.refused(
                        "an approval dropped",
                        state(SPEC, withApproval(Case.BEFORE, "x")),
                        record(8, 3, 0, Reason.SHRINK, "a", "b"),
                        "approval-carried"));
    }

    static Stream<Case> minimums() {
        GroupState two = state(SPEC, record(7, 3, 0, Reason.SHRINK, "a", "b"));
        GroupState one = state(SPEC, record(7, 3, 0, Reason.SHRINK, "a"));
        return Stream.of(
                Case.passes("two of two stay", two, record(8, 4, 1, Reason.MASTER_LOST, "a", "b")),
                Case.passes("a set below the minimum stays as it is", one, record(8, 4, 0, Reason.MASTER_LOST, "a")),
                Case.passes(
                        "one left with minimum 1",
                        state(sized(3, 1), Case.BEFORE),
                        record(8, 3, 0, Reason.SHRINK, "a")),
                Case.refused("a shrink below the minimum", two, record(8, 3, 0, Reason.SHRINK, "a"), "set-at-minimum"),
                Case.refused(
                        "an election below the minimum", record(8, 4, 1, Reason.MASTER_LOST, "b"), "set-at-minimum"),
                Case.refused(
                        "a raised minimum bars what it allowed",
                        state(sized(3, 3), Case.BEFORE),
                        record(8, 3, 0, Reason.SHRINK, "a", "b"),
                        "set-at-minimum"),
                Case.passes(
                        "an approved loss says who is left",
                        state(approving(2, "x"), Case.BEFORE),
                        withApproval(record(8, 4, 2, Reason.UNCLEAN_APPROVED, "c"), "x")));
    }

    static Stream<Case> firsts() {
        GroupRecord repair = withApproval(record(8, 900, NONE, Reason.REPAIR, "a", "b"), "x");
        return Stream.of(
                Case.passes("bootstrap", empty(SPEC), bootstrap()),
                Case.passes("election after the bootstrap", state(SPEC, bootstrap()), elected()),
                Case.passes("rebuilt", empty(repairing("x")), repair),
                Case.passes("repaired", state(repairing("x"), Case.BEFORE), repair),
                Case.passes("a used repair is taken back in the spec", state(SPEC, repair), repair),
                Case.refused("bootstrap twice", record(8, 3, 0, Reason.BOOTSTRAP, "a", "b"), "bootstrap-once"),
                Case.refused("first record of an election", empty(SPEC), elected(), "first-reason"),
                Case.refused(
                        "first record by an approved loss",
                        empty(approving(0, "x")),
                        withApproval(record(1, 1, 0, Reason.UNCLEAN_APPROVED, "a"), "x"),
                        "first-reason",
                        "unclean-approved"),
                Case.refused(
                        "a broker repairs to epoch 900 and itself",
                        record(8, 900, 0, Reason.REPAIR, "a"),
                        "repair-approved"),
                Case.refused(
                        "a first record of a repair that nobody asked for", empty(SPEC), repair, "repair-approved"),
                Case.refused(
                        "a repair by another approval", state(repairing("y"), Case.BEFORE), repair, "repair-approved"),
                Case.refused(
                        "a repair by an approval twice",
                        state(repairing("x"), repair),
                        withApproval(record(9, 901, NONE, Reason.REPAIR, "c"), "x"),
                        "repair-approved"));
    }

    static Stream<Case> approvals() {
        GroupState approved = state(approving(2, "x"), record(7, 3, 0, Reason.SHRINK, "a", "b"));
        GroupRecord used = withApproval(record(8, 4, 2, Reason.UNCLEAN_APPROVED, "c"), "x");
        return Stream.of(
                Case.passes("approved copy", approved, used),
                Case.passes("a used approval is taken back in the spec", state(SPEC, used), used),
                Case.passes(
                        "shrink with an approval waiting", approved, record(8, 3, NONE, Reason.STEP_DOWN, "a", "b")),
                Case.refused(
                        "approval of another copy",
                        approved,
                        withApproval(record(8, 4, 1, Reason.UNCLEAN_APPROVED, "b"), "x"),
                        "unclean-approved"),
                Case.refused(
                        "approval with another id",
                        approved,
                        withApproval(record(8, 4, 2, Reason.UNCLEAN_APPROVED, "c"), "y"),
                        "unclean-approved"),
                Case.refused(
                        "approval without a new epoch",
                        approved,
                        withApproval(record(8, 3, NONE, Reason.UNCLEAN_APPROVED, "c"), "x"),
                        "unclean-approved"),
                Case.refused(
                        "approval twice",
                        state(approving(2, "x"), used),
                        withApproval(record(9, 5, 2, Reason.UNCLEAN_APPROVED, "c"), "x"),
                        "unclean-approved"),
                Case.refused("nothing approved", record(8, 4, 2, Reason.UNCLEAN_APPROVED, "c"), "unclean-approved"));
    }

    /** What a first version of the rules let through. */
    static Stream<Case> onceAccepted() {
        GroupState noMaster = state(SPEC, Case.NO_MASTER);
        return Stream.of(
                Case.refused(
                        "the number of the master with a wiped disk takes over within the epoch",
                        withMaster(record(8, 3, 0, Reason.EXPAND, "ax", "b", "c"), "ax", "pa"),
                        "one-master"),
                Case.refused(
                        "another process of the master takes over within the epoch",
                        withMaster(record(8, 3, 0, Reason.EXPAND, "a", "b", "c"), "a", "pa2"),
                        "one-master"),
                Case.refused(
                        "without a master a stranger joins at the same epoch",
                        noMaster,
                        record(8, 3, NONE, Reason.EXPAND, "a", "b", "c"),
                        "no-strangers"),
                Case.refused(
                        "and elects itself",
                        noMaster,
                        record(8, 4, 2, Reason.MASTER_LOST, "a", "b", "c"),
                        "no-strangers"),
                Case.refused(
                        "an ordinal with two disks",
                        record(8, 3, 0, Reason.EXPAND, "a", "b", "c", "cx"),
                        "one-disk-a-copy"),
                Case.refused(
                        "a broker writes a repair, epoch 900 and itself",
                        record(8, 900, 1, Reason.REPAIR, "b"),
                        "repair-approved"),
                Case.refused(
                        "an approval for copy 2 is used by copy 1",
                        state(approving(2, "x"), Case.BEFORE),
                        withApproval(record(8, 4, 1, Reason.UNCLEAN_APPROVED, "b"), "x"),
                        "unclean-approved"),
                Case.refused(
                        "and a second time",
                        state(approving(2, "x"), withApproval(record(7, 4, 2, Reason.UNCLEAN_APPROVED, "c"), "x")),
                        withApproval(record(8, 5, 2, Reason.UNCLEAN_APPROVED, "c"), "x"),
                        "unclean-approved"),
                Case.refused(
                        "a first record that says anything",
                        empty(SPEC),
                        record(900, 900, 1, Reason.SWITCHOVER, "b"),
                        "first-reason"));
    }

    @ParameterizedTest
    @MethodSource({"contents", "changes", "minimums", "firsts", "approvals", "onceAccepted"})
    void refusesByExactlyTheseRules(Case each) {
        List<String> violations = RecordRules.violations(each.now(), each.next());

        assertThat(violations)
                .map(text -> text.substring(0, text.indexOf(':')))
                .containsExactlyInAnyOrderElementsOf(each.rules());
    }

    @Test
    void saysTheValuesAndTheRemedy() {
        List<String> violations =
                RecordRules.violations(state(SPEC, Case.BEFORE), record(8, 2, 0, Reason.SHRINK, "a", "b"));

        assertThat(violations).contains("epoch-stays: epoch 2 is below 3; epochs never fall");
    }

    @Test
    void keepsTheRecordOfAGroup() {
        assertThat(RecordRules.removalViolations(state(SPEC, elected()))).hasSize(1);
        assertThat(RecordRules.removalViolations(empty(SPEC))).isEmpty();
    }

    @Test
    void keepsTheNameOfAGroup() {
        GroupSpec renamed = new GroupSpec(
                "other",
                SPEC.group(),
                SPEC.copies(),
                SPEC.minInSync(),
                SPEC.acks(),
                SPEC.cordon(),
                SPEC.fenced(),
                SPEC.switchover(),
                SPEC.uncleanElection(),
                SPEC.repairApproval(),
                SPEC.timers());

        assertThat(RecordRules.specViolations(Optional.of(SPEC), renamed)).hasSize(1);
        assertThat(RecordRules.specViolations(Optional.empty(), renamed)).isEmpty();
    }

    @Test
    void keepsTheMinimumWithinTheCopies() {
        assertThat(RecordRules.specViolations(Optional.of(SPEC), sized(2, 2))).isEmpty();
        assertThat(RecordRules.specViolations(Optional.of(SPEC), sized(2, 3))).hasSize(1);
        assertThat(RecordRules.specViolations(Optional.empty(), sized(3, 0))).hasSize(1);
        assertThat(RecordRules.specViolations(Optional.empty(), sized(6, 2))).hasSize(1);
    }

    @Test
    void seesNonsenseWithoutARecordBefore() {
        assertThat(RecordRules.nonsense(record(8, 4, 2, Reason.MASTER_LOST, "a", "b")))
                .hasSize(1);
        assertThat(RecordRules.nonsense(elected())).isEmpty();
    }
}
