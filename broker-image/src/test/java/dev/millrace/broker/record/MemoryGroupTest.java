package dev.millrace.broker.record;

import static dev.millrace.broker.record.Sample.SPEC;
import static dev.millrace.broker.record.Sample.bootstrap;
import static dev.millrace.broker.record.Sample.elected;
import static dev.millrace.broker.record.Sample.record;
import static dev.millrace.broker.record.Sample.repairing;
import static dev.millrace.broker.record.Sample.withNonce;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.role.ElectionRecord;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupRecord.Reason;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.PutOutcome;
import dev.millrace.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class MemoryGroupTest {
    private static final Duration TERM = Duration.ofSeconds(10);

    private final MemoryGroup group = new MemoryGroup();
    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final ManualClock otherClock = new ManualClock(Instant.EPOCH);
    private final ElectionRecord record = group.connect(clock.nanos(), Runnable::run);
    private final ElectionRecord other = group.connect(otherClock.nanos(), Runnable::run);

    private static <T> T now(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private PutOutcome put(GroupState on, GroupRecord next) {
        return now(record.put(on.uid(), on.version(), next));
    }

    private GroupState written(GroupState on, GroupRecord next) {
        return ((PutOutcome.Written) put(on, next)).state();
    }

    @Test
    void hasNoRecordAtFirst() {
        group.create(SPEC);

        assertThat(now(record.read()).record()).isEmpty();
    }

    @Test
    void writesOnTheVersionThatWasRead() {
        GroupState made = group.create(SPEC);

        GroupState first = written(made, bootstrap());

        assertThat(first.record()).contains(bootstrap());
        assertThat(now(other.read())).isEqualTo(first);
        assertThat(put(made, withNonce(bootstrap(), "late"))).isEqualTo(new PutOutcome.Conflict());
    }

    @Test
    void movesTheVersionWithTheSpecOnly() {
        GroupState made = group.create(SPEC);

        GroupState changed = group.changeSpec(spec -> repairing("x"));

        assertThat(changed.version()).isNotEqualTo(made.version());
        assertThat(group.changeSpec(spec -> repairing("x"))).isEqualTo(changed);
        assertThat(put(made, bootstrap())).isEqualTo(new PutOutcome.Conflict());
    }

    @Test
    void refusesWhatTheRulesForbidAfterItComparedVersions() {
        GroupState first = written(group.create(SPEC), bootstrap());
        GroupRecord bad = record(9, 1, 0, Reason.MASTER_LOST, "a", "b", "c");

        assertThat(put(first, bad)).isInstanceOf(PutOutcome.Refused.class);
        assertThat(put(new GroupState(first.uid(), "1", SPEC, Optional.empty()), bad))
                .isEqualTo(new PutOutcome.Conflict());
    }

    @Test
    void leavesTheVersionWhereTheSameIsWrittenAgain() {
        GroupState first = written(group.create(SPEC), bootstrap());

        assertThat(written(first, bootstrap())).isEqualTo(first);
    }

    @Test
    void tellsAGroupThatWasMadeAgainByItsUid() {
        GroupState old = group.create(SPEC);
        group.delete();
        assertThat(now(record.put(old.uid(), old.version(), bootstrap()))).isEqualTo(new PutOutcome.Conflict());
        assertThat(record.read().toCompletableFuture()).isCompletedExceptionally();

        GroupState made = group.create(SPEC);

        assertThat(made.uid()).isNotEqualTo(old.uid());
        assertThat(now(record.put(old.uid(), made.version(), bootstrap()))).isEqualTo(new PutOutcome.Conflict());
    }

    @Test
    void goesBackWithABackup() {
        GroupState first = written(group.create(SPEC), bootstrap());
        written(first, elected());

        group.restore(first);

        assertThat(now(record.read())).isEqualTo(first);
        assertThat(written(first, withNonce(elected(), "another")).version()).isEqualTo("3");
    }

    @Test
    void tellsWatchersOfEveryChangeUntilTheyClose() throws Exception {
        List<GroupState> seen = new ArrayList<>();
        GroupState made = group.create(SPEC);
        AutoCloseable watch = record.watch(seen::add);

        GroupState first = written(made, bootstrap());
        GroupState changed = group.changeSpec(spec -> repairing("x"));
        group.restore(first);
        watch.close();
        written(first, elected());

        assertThat(seen).containsExactly(made, first, changed, first);
    }

    @Test
    void givesTheLeaseToOneAtATime() {
        group.create(SPEC);
        assertThat(now(record.renewLease("a", TERM))).isTrue();
        assertThat(now(other.renewLease("b", TERM))).isFalse();

        otherClock.advance(Duration.ofSeconds(9));
        assertThat(now(other.renewLease("b", TERM))).isFalse();
        assertThat(now(record.renewLease("a", TERM))).isTrue();
        otherClock.advance(Duration.ofSeconds(9));
        assertThat(now(other.renewLease("b", TERM))).isFalse();
        otherClock.advance(Duration.ofSeconds(10));

        assertThat(now(other.renewLease("b", TERM))).isTrue();
        assertThat(group.leaseHolder()).isEqualTo("b");
        assertThat(now(record.renewLease("a", TERM))).isFalse();
    }

    @Test
    void givesAReleasedLeaseAtOnce() {
        group.create(SPEC);
        now(record.renewLease("a", TERM));
        now(other.releaseLease("b"));
        assertThat(now(other.renewLease("b", TERM))).isFalse();

        now(record.releaseLease("a"));

        assertThat(now(other.renewLease("b", TERM))).isTrue();
    }

    @Test
    void failsALeaseWithoutAGroup() {
        assertThat(record.renewLease("a", TERM).toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void refusesASpecThatCantBe() {
        assertThatThrownBy(() -> group.create(Sample.sized(3, 4)))
                .isInstanceOf(RecordStoreException.class)
                .hasMessageContaining("minInSync 4");
    }
}
