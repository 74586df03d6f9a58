package dev.millrace.broker.record;

import static dev.millrace.broker.record.Sample.SPEC;
import static dev.millrace.broker.record.Sample.bootstrap;
import static dev.millrace.broker.record.Sample.empty;
import static dev.millrace.broker.record.Sample.members;
import static dev.millrace.broker.record.Sample.record;
import static dev.millrace.broker.record.Sample.repairing;
import static dev.millrace.broker.record.Sample.state;
import static dev.millrace.broker.record.Sample.withApproval;
import static dev.millrace.broker.record.Sample.withNonce;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupRecord.Reason;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Member;
import dev.millrace.broker.role.Message.Report;
import dev.millrace.broker.role.StoredState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FirstRecordTest {
    private static final FirstRecord.Writer WRITER = new FirstRecord.Writer("tester", "n", "2026-01-01T00:00:00Z");
    private static final GroupRecord OLD = record(5, 3, 0, Reason.EXPAND, "a", "b", "c");
    private static final GroupRecord NEW = record(6, 3, 0, Reason.SHRINK, "a", "b");

    private static Report fresh(String storage) {
        return report(StoredState.fresh(storage), 0, 0);
    }

    private static Report report(StoredState stored, long lastEpoch, long logEnd) {
        return new Report(1, member(stored.storageId()), stored, true, lastEpoch, logEnd);
    }

    private static Member member(String storage) {
        return new Member(storage.charAt(0) - 'a', storage);
    }

    private static Report promised(String storage, long epoch, GroupRecord record) {
        return report(new StoredState(storage, epoch, Optional.of(record), false, epoch), epoch, 100);
    }

    private static GroupRecord proposed(GroupState now, Report... reports) {
        FirstRecord answer = FirstRecord.of(now, List.of(reports), WRITER);
        return assertThat(answer)
                .asInstanceOf(type(FirstRecord.Proposed.class))
                .actual()
                .record();
    }

    private static String refused(GroupState now, Report... reports) {
        FirstRecord answer = FirstRecord.of(now, List.of(reports), WRITER);
        return assertThat(answer)
                .asInstanceOf(type(FirstRecord.Refused.class))
                .actual()
                .reason();
    }

    @Test
    void beginsWithEveryCopyOfEmptyStores() {
        GroupRecord first = proposed(empty(SPEC), fresh("c"), fresh("a"), fresh("b"));

        assertThat(first.syncSet()).isEqualTo(members("a", "b", "c"));
        assertThat(first.hasMaster()).isFalse();
        assertThat(first.epoch()).isZero();
        assertThat(first.state()).isEqualTo(GroupRecord.State.BOOTSTRAPPING);
        assertThat(first.reason()).isEqualTo(Reason.BOOTSTRAP);
    }

    @Test
    void beginsWithTheOneCopyThatWasAloneBefore() {
        GroupRecord first = proposed(empty(SPEC), report(StoredState.fresh("a"), 0, 4_096), fresh("b"), fresh("c"));

        assertThat(first.syncSet()).isEqualTo(members("a"));
    }

    @Test
    void refusesTwoCopiesWithMessagesOfNoEpoch() {
        assertThat(refused(
                        empty(SPEC),
                        report(StoredState.fresh("a"), 0, 10),
                        report(StoredState.fresh("b"), 0, 10),
                        fresh("c")))
                .contains("[0, 1]");
    }

    @Test
    void refusesWithoutEveryCopy() {
        assertThat(refused(empty(SPEC), fresh("a"), fresh("c"))).contains("copies [1] have not reported");
    }

    @Test
    void refusesUntilEveryStoreIsOpen() {
        Report closed = new Report(1, member("b"), StoredState.fresh("b"), false, 0, 0);

        assertThat(refused(empty(SPEC), fresh("a"), closed, fresh("c"))).contains("copies [1] have not opened");
    }

    @Test
    void refusesTwoProcessesOfOneNumber() {
        assertThat(refused(empty(SPEC), fresh("a"), fresh("b"), fresh("bx"), fresh("c")))
                .contains("copy 1", "b and with bx");
    }

    @Test
    void rebuildsFromTheNewestRecordOfAll() {
        GroupRecord rebuilt =
                proposed(empty(repairing("x")), promised("a", 3, NEW), promised("b", 4, OLD), promised("c", 3, OLD));

        assertThat(rebuilt.syncSet()).isEqualTo(members("a", "b"));
        assertThat(rebuilt.epoch()).isEqualTo(5);
        assertThat(rebuilt.hasMaster()).isFalse();
        assertThat(rebuilt.reason()).isEqualTo(Reason.REPAIR);
        assertThat(rebuilt.state()).isEqualTo(GroupRecord.State.NO_MASTER);
        assertThat(rebuilt.approvalId()).isEqualTo("x");
    }

    @Test
    void ordersRecordsByEpochBeforeRevision() {
        GroupRecord elected = record(2, 4, 2, Reason.MASTER_LOST, "b", "c");

        GroupRecord rebuilt = proposed(
                empty(repairing("x")), promised("a", 3, NEW), promised("b", 4, elected), promised("c", 4, elected));

        assertThat(rebuilt.syncSet()).isEqualTo(members("b", "c"));
    }

    @Test
    void goesAboveEpochsThatOnlyTheLogKnows() {
        Report ahead = report(new StoredState("c", 3, Optional.of(OLD), false, 3), 9, 100);

        GroupRecord rebuilt = proposed(empty(repairing("x")), promised("a", 3, NEW), promised("b", 3, NEW), ahead);

        assertThat(rebuilt.epoch()).isEqualTo(10);
    }

    @Test
    void rebuildsARecordThatWentBack() {
        GroupRecord restored = record(2, 1, 0, Reason.MASTER_LOST, "a", "b", "c");

        GroupRecord rebuilt = proposed(
                state(repairing("x"), restored), promised("a", 3, NEW), promised("b", 3, NEW), promised("c", 3, OLD));

        assertThat(rebuilt.revision()).isEqualTo(3);
        assertThat(rebuilt.epoch()).isEqualTo(4);
        assertThat(rebuilt.syncSet()).isEqualTo(members("a", "b"));
    }

    @Test
    void refusesToRebuildWithoutEveryCopy() {
        assertThat(refused(empty(repairing("x")), promised("a", 3, OLD), promised("c", 3, OLD)))
                .contains("copies [1] have not reported");
    }

    @Test
    void refusesToRebuildWithoutAnApproval() {
        assertThat(refused(empty(SPEC), promised("a", 3, NEW), promised("b", 3, NEW), promised("c", 3, OLD)))
                .contains("approve a repair");
    }

    @Test
    void refusesAnApprovalThatWasUsed() {
        GroupRecord restored = withApproval(record(2, 1, 0, Reason.MASTER_LOST, "a", "b", "c"), "x");

        assertThat(refused(
                        state(repairing("x"), restored),
                        promised("a", 3, NEW),
                        promised("b", 3, NEW),
                        promised("c", 3, OLD)))
                .contains("repair-approved");
    }

    @Test
    void refusesReportsThatAreNoPromise() {
        Report unpromised = report(new StoredState("b", 3, Optional.of(NEW), false, StoredState.NO_PROMISE), 3, 100);

        assertThat(refused(empty(repairing("x")), promised("a", 3, NEW), unpromised, promised("c", 3, OLD)))
                .contains("copies [1] did not promise");
    }

    @Test
    void refusesTwoHistories() {
        assertThat(refused(
                        empty(repairing("x")),
                        promised("a", 3, NEW),
                        promised("b", 3, withNonce(NEW, "other")),
                        promised("c", 3, OLD)))
                .contains("different records of epoch 3, revision 6");
    }

    @Test
    void refusesEpochsWithoutARecord() {
        Report lost = report(new StoredState("a", 3, Optional.empty(), false, 3), 3, 100);

        assertThat(refused(empty(repairing("x")), lost, fresh("b"), fresh("c"))).contains("newest epoch is 3");
    }

    @Test
    void leavesARecordThatIsNewEnough() {
        assertThat(refused(
                        state(repairing("x"), NEW),
                        promised("a", 3, NEW),
                        promised("b", 3, NEW),
                        promised("c", 3, OLD)))
                .contains("nothing is to be repaired");
        assertThat(refused(state(SPEC, bootstrap()), fresh("a"), fresh("b"), fresh("c")))
                .contains("nothing is to be repaired");
    }
}
