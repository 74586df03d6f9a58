package dev.millrace.broker.record;

import static dev.millrace.broker.record.Sample.SPEC;
import static dev.millrace.broker.record.Sample.bootstrap;
import static dev.millrace.broker.record.Sample.elected;
import static dev.millrace.broker.record.Sample.record;
import static dev.millrace.broker.record.Sample.withNonce;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupRecord.Reason;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.PutOutcome;
import dev.millrace.testkit.ManualClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileElectionRecordTest {
    private static final Duration TERM = Duration.ofSeconds(10);

    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final Path folder;
    private final Path file;
    private final GroupFolder group;
    private final FileElectionRecord record;

    FileElectionRecordTest(@TempDir Path temp) {
        folder = temp.resolve("group");
        file = folder.resolve("group.json");
        group = new GroupFolder(folder, clock.nanos());
        record = new FileElectionRecord(folder, clock.nanos(), thread);
    }

    @BeforeEach
    void makeTheGroup() {
        GroupState made = group.create("uid-1", SPEC);
        GroupState first = written(made, bootstrap());
        written(first, elected());
    }

    @AfterEach
    void endTheThread() {
        thread.shutdownNow();
    }

    private static <T> T now(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private PutOutcome put(GroupState on, GroupRecord next) {
        return now(record.put(on.uid(), on.version(), next));
    }

    private GroupState written(GroupState on, GroupRecord next) {
        return ((PutOutcome.Written) put(on, next)).state();
    }

    private GroupState read() {
        return now(record.read());
    }

    private static String cause(PutOutcome outcome) {
        assertThat(outcome).isInstanceOf(PutOutcome.Unknown.class);
        return ((PutOutcome.Unknown) outcome).cause();
    }

    private String failure(CompletionStage<?> stage) {
        return stage.handle((done, failure) -> String.valueOf(failure))
                .toCompletableFuture()
                .join();
    }

    @Test
    void deliversWhatWasWritten() {
        assertThat(read().record()).contains(elected());
        assertThat(read().spec()).isEqualTo(SPEC);
        assertThat(read().uid()).isEqualTo("uid-1");
    }

    @Test
    void keepsEveryMemberOfASpec() {
        group.switchover(new GroupSpec.Switchover(1, "wish"));
        group.fence(2);
        group.approveUnclean(Optional.of(new GroupSpec.Unclean(2, "loss")));
        GroupState steered = group.approveRepair(Optional.of("repair"));

        assertThat(read()).isEqualTo(steered);
        assertThat(steered.spec().fenced()).containsExactly(2);
        assertThat(steered.spec().switchover()).map(wish -> wish.requestId()).contains("wish");
        assertThat(steered.spec().uncleanElection())
                .map(approval -> approval.approvalId())
                .contains("loss");
        assertThat(steered.spec().repairApproval()).contains("repair");
        assertThat(steered.record()).contains(elected());
    }

    @Test
    void conflictsOnAnotherVersionOrUid() {
        GroupState before = read();
        GroupState steered = group.fence(1);
        GroupRecord next = RecordProcess.after(elected(), "n");

        assertThat(put(before, next)).isEqualTo(new PutOutcome.Conflict());
        assertThat(now(record.put("uid-0", steered.version(), next))).isEqualTo(new PutOutcome.Conflict());
        assertThat(put(steered, next)).isInstanceOf(PutOutcome.Written.class);
    }

    @Test
    void refusesWhatTheRulesForbid() {
        assertThat(put(read(), record(3, 1, 0, Reason.SHRINK, "a"))).isInstanceOf(PutOutcome.Refused.class);
        assertThat(read().record()).contains(elected());
    }

    @Test
    void leavesTheVersionWhereTheSameIsWrittenAgain() {
        GroupState before = read();

        assertThat(written(before, elected())).isEqualTo(before);
        assertThat(group.unfence(1)).isEqualTo(before);
    }

    @Test
    void letsOneOfTwoProcessesWrite() throws IOException {
        try (RecordProcess one = RecordProcess.start(folder, "one");
                RecordProcess two = RecordProcess.start(folder, "two")) {
            for (int round = 0; round < 200; round++) {
                for (RecordProcess each : List.of(one, two)) {
                    each.tell("prepare");
                    assertThat(each.line()).isEqualTo("prepared");
                }
                one.tell("go");
                two.tell("go");

                assertThat(List.of(one.line(), two.line()))
                        .as("round %d", round)
                        .containsExactlyInAnyOrder("Written", "Conflict");
            }
        }
        assertThat(read().record().orElseThrow().revision()).isEqualTo(elected().revision() + 200);
    }

    @Test
    void keepsAWholeRecordWhenAWriterIsKilled() throws Exception {
        for (int kill = 0; kill < 4; kill++) {
            try (RecordProcess writer = RecordProcess.start(folder, "writer" + kill + "-")) {
                writer.tell("spin");
                String last = writer.line();
                for (int i = 0; i < 5 + 7 * kill; i++) {
                    last = writer.line();
                }
                long acknowledged = Long.parseLong(writer.kill(last));

                GroupState left = read();
                assertThat(left.record().orElseThrow().revision()).isBetween(acknowledged, acknowledged + 1);
                assertThat(put(left, RecordProcess.after(left.record().orElseThrow(), "next")))
                        .isInstanceOf(PutOutcome.Written.class);
            }
        }
    }

    @Test
    void writesOverWhatAKilledWriterLeft() throws IOException {
        GroupState before = read();
        Files.writeString(folder.resolve("group.json.tmp"), "{\"format\":1,\"uid\":\"uid-1\",\"wri".repeat(1_000));

        assertThat(read()).isEqualTo(before);
        assertThat(written(before, RecordProcess.after(elected(), "n"))).isEqualTo(read());
    }

    @Test
    void givesUpOnALockThatAStoppedProcessHas() throws IOException {
        AtomicLong seconds = new AtomicLong();
        FileElectionRecord impatient =
                new FileElectionRecord(folder, () -> TimeUnit.SECONDS.toNanos(seconds.getAndIncrement()), thread);
        GroupState before = read();
        try (RecordProcess other = RecordProcess.start(folder, "other")) {
            other.tell("hold");
            assertThat(other.line()).isEqualTo("held");

            PutOutcome outcome =
                    now(impatient.put(before.uid(), before.version(), RecordProcess.after(elected(), "n")));

            assertThat(cause(outcome)).contains(folder.toString(), "not free within 2 s", "stopped");
            assertThat(read()).isEqualTo(before);
        }
    }

    @Test
    void neverWritesOverATornFile() throws IOException {
        GroupState before = read();
        byte[] whole = Files.readAllBytes(file);

        for (int length = 0; length < whole.length; length += 7) {
            byte[] torn = Arrays.copyOf(whole, length);
            Files.write(file, torn);

            assertThat(failure(record.read())).contains(file.toString(), "nonsense", "put a whole copy");
            assertThat(cause(put(before, RecordProcess.after(elected(), "n")))).contains(file.toString());
            assertThat(Files.readAllBytes(file)).isEqualTo(torn);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"epoch\":1 | \"epoch\":-1 | numbers",
                "\"epoch\":1, | '' | epoch is missing",
                "\"masterReplica\":0 | \"masterReplica\":2 | master-is-member",
                "\"replica\":1,\"storageId\":\"b\" | \"replica\":0,\"storageId\":\"b\" | one-disk-a-copy",
                "\"state\":\"Stable\" | \"state\":\"Splendid\" | Splendid",
                "\"format\":1 | \"format\":2 | format is 2",
                "\"format\":1, | '' | format is 0",
                "\"copies\":3 | \"copies\":9 | minimum-fits",
                "\"leaseSeconds\":10 | \"leaseSeconds\":2 | lease of 2 s",
                "\"epoch\":1 | \"epoch\":\"one\" | not a number"
            })
    void obeysNoNonsense(String from, String to, String text) throws IOException {
        GroupState before = read();
        String edited = Files.readString(file).replace(from, to);
        Files.writeString(file, edited);

        assertThat(failure(record.read())).contains(file.toString(), text);
        assertThat(cause(put(before, RecordProcess.after(elected(), "n")))).contains(text);
        assertThatThrownBy(() -> group.fence(1))
                .isInstanceOf(RecordStoreException.class)
                .hasMessageContaining(text);
        assertThat(Files.readString(file)).isEqualTo(edited);
    }

    @Test
    void takesAnEditByHandAsAnotherVersion() throws IOException {
        GroupState before = read();

        Files.writeString(file, Files.readString(file).replace("\"cordon\":\"None\"", "\"cordon\":\"NoWrite\""));

        assertThat(read().version()).isNotEqualTo(before.version());
        assertThat(put(before, RecordProcess.after(elected(), "n"))).isEqualTo(new PutOutcome.Conflict());
    }

    @Test
    void failsWithoutTheGroup() {
        GroupState before = read();

        group.delete();

        assertThat(failure(record.read())).contains(file + " is missing", "rebuilt from what all copies know");
        assertThat(cause(put(before, RecordProcess.after(elected(), "n")))).contains("is missing");
        assertThat(group.read()).isEmpty();
    }

    @Test
    void tellsAGroupThatWasMadeAgainByItsUid() {
        GroupState before = read();
        group.delete();

        group.create("uid-2", SPEC);

        assertThat(read().record()).isEmpty();
        assertThat(put(before, RecordProcess.after(elected(), "n"))).isEqualTo(new PutOutcome.Conflict());
    }

    @Test
    void deliversARestoredBackupAsItIs() {
        byte[] backup = group.backup().orElseThrow();
        GroupState old = read();
        GroupState lost = written(old, RecordProcess.after(elected(), "lost"));

        group.restore(backup);

        assertThat(read()).isEqualTo(old);
        GroupState again = written(old, RecordProcess.after(elected(), "again"));
        assertThat(again.version()).isNotEqualTo(lost.version());
        assertThat(put(lost, RecordProcess.after(lost.record().orElseThrow(), "late")))
                .isEqualTo(new PutOutcome.Conflict());
    }

    @Test
    void restoresOverNonsenseButNotNonsense() throws IOException {
        byte[] backup = group.backup().orElseThrow();
        Files.writeString(file, "{");

        assertThatThrownBy(() -> group.backup()).isInstanceOf(RecordStoreException.class);
        assertThatThrownBy(() -> group.restore("{".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(RecordStoreException.class);
        assertThat(group.restore(backup).record()).contains(elected());
    }

    @Test
    void doesNotCallAFullDiskAConflict() throws IOException {
        GroupState before = read();
        Files.createSymbolicLink(folder.resolve("group.json.tmp"), Path.of("/dev/full"));

        assertThat(cause(put(before, RecordProcess.after(elected(), "n"))))
                .contains(folder.toString(), "No space left", "free space");
        assertThat(read()).isEqualTo(before);
    }

    /** Root may write to any folder, but nobody to this file. */
    @Test
    void doesNotCallAReadOnlyFolderAConflict() throws IOException {
        GroupState before = read();
        Files.delete(folder.resolve("lock"));
        Files.createSymbolicLink(folder.resolve("lock"), Path.of("/proc/sys/kernel/ostype"));

        assertThat(cause(put(before, RecordProcess.after(elected(), "n"))))
                .contains("permission denied", "make the folder readable and writable");
        assertThat(failure(record.renewLease("a", TERM))).contains("permission denied");
        assertThat(read()).isEqualTo(before);
    }

    @Test
    void doesNotCallAFolderThatIsGoneAConflict() {
        GroupState before = read();
        RecordProcess.delete(folder);

        assertThat(cause(put(before, RecordProcess.after(elected(), "n")))).contains("the folder is gone");
        assertThat(failure(record.read())).contains("is missing");
        assertThat(failure(record.renewLease("a", TERM))).contains("the folder is gone");
    }

    @Test
    void tellsAWatcherOfChangesAndOfNothingElse() throws Exception {
        LinkedBlockingQueue<GroupState> seen = new LinkedBlockingQueue<>();
        AutoCloseable watch = record.watch(seen::add);
        GroupState first = next(seen);
        GroupState changed = written(first, RecordProcess.after(elected(), "n"));
        assertThat(next(seen)).isEqualTo(changed);
        byte[] backup = group.backup().orElseThrow();

        Files.writeString(file, "{");
        group.delete();
        group.create("uid-2", SPEC);

        assertThat(next(seen).uid()).isEqualTo("uid-2");
        group.restore(backup);
        assertThat(next(seen)).isEqualTo(changed);

        watch.close();
        assertThat(seen).isEmpty();
    }

    private static GroupState next(LinkedBlockingQueue<GroupState> seen) throws InterruptedException {
        return Objects.requireNonNull(seen.poll(20, TimeUnit.SECONDS), "nothing was seen within 20 s");
    }

    @Test
    void endsWithItsProcess() {
        GroupState before = read();
        record.close();
        assertThat(cause(put(before, RecordProcess.after(elected(), "n")))).contains("closed");

        thread.shutdownNow();

        assertThat(cause(put(before, RecordProcess.after(elected(), "n")))).contains("thread has ended");
    }

    @Test
    void givesTheLeaseAfterItWasUnchangedForItsTerm() {
        FileElectionRecord other = new FileElectionRecord(folder, clock.nanos(), thread);
        assertThat(now(record.renewLease("a", TERM))).isTrue();
        assertThat(now(other.renewLease("b", TERM))).isFalse();

        clock.advance(Duration.ofMillis(9_999));
        assertThat(now(record.renewLease("a", TERM))).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(now(other.renewLease("b", TERM))).isFalse();
        clock.advance(Duration.ofMillis(9_999));
        assertThat(now(other.renewLease("b", TERM))).isFalse();
        clock.advance(Duration.ofMillis(1));

        assertThat(now(other.renewLease("b", TERM))).isTrue();
        assertThat(now(record.renewLease("a", TERM))).isFalse();
    }

    @Test
    void waitsForTheTermThatTheHolderSaid() {
        FileElectionRecord other = new FileElectionRecord(folder, clock.nanos(), thread);
        assertThat(now(record.renewLease("a", Duration.ofSeconds(60)))).isTrue();
        assertThat(now(other.renewLease("b", TERM))).isFalse();

        clock.advance(Duration.ofSeconds(59));
        assertThat(now(other.renewLease("b", TERM))).isFalse();
        clock.advance(Duration.ofSeconds(1));

        assertThat(now(other.renewLease("b", TERM))).isTrue();
    }

    @Test
    void givesAReleasedLeaseAtOnce() {
        FileElectionRecord other = new FileElectionRecord(folder, clock.nanos(), thread);
        assertThat(now(record.renewLease("a", TERM))).isTrue();
        now(other.releaseLease("b"));
        assertThat(now(other.renewLease("b", TERM))).isFalse();

        now(record.releaseLease("a"));

        assertThat(now(other.renewLease("b", TERM))).isTrue();
    }

    @Test
    void watchesALeaseThatIsMissingForATerm() throws IOException {
        assertThat(now(record.renewLease("a", TERM))).isTrue();
        Files.delete(folder.resolve("lease.json"));
        FileElectionRecord other = new FileElectionRecord(folder, clock.nanos(), thread);

        assertThat(now(other.renewLease("b", TERM))).isFalse();
        clock.advance(Duration.ofSeconds(10));

        assertThat(now(other.renewLease("b", TERM))).isTrue();
    }

    @Test
    void keepsTheLeaseOfAGroupThatWasDeleted() {
        assertThat(now(record.renewLease("a", TERM))).isTrue();
        group.delete();
        assertThat(failure(record.renewLease("a", TERM))).contains("is missing");

        group.create("uid-2", SPEC);

        FileElectionRecord other = new FileElectionRecord(folder, clock.nanos(), thread);
        assertThat(now(other.renewLease("b", TERM))).isFalse();
    }

    @Test
    void givesNoLeaseOfNonsense() throws IOException {
        Path lease = folder.resolve("lease.json");
        for (String text : List.of(
                "",
                "{",
                "{}",
                "{\"format\":2,\"holder\":\"\",\"renewals\":1,\"termMs\":1}",
                "{\"format\":1,\"holder\":\"\",\"renewals\":1,\"termMs\":-1}")) {
            Files.writeString(lease, text);

            assertThat(failure(record.renewLease("a", TERM))).contains(lease.toString(), "delete it");
            assertThat(Files.readString(lease)).isEqualTo(text);
        }
    }

    @Test
    void makesAGroupOnce() {
        assertThatThrownBy(() -> group.create("uid-2", SPEC))
                .isInstanceOf(RecordStoreException.class)
                .hasMessageContaining("exists");
    }

    @Test
    void steersOnlyCopiesThatAre() {
        assertThatThrownBy(() -> group.fence(3)).hasMessageContaining("copy 3 is none of the 3 copies");
        assertThatThrownBy(() -> group.switchover(new GroupSpec.Switchover(-1, "x")))
                .hasMessageContaining("copy -1 is none");
        assertThat(group.fence(2).spec().fenced()).containsExactly(2);
        assertThat(group.unfence(2).spec().fenced()).isEmpty();
    }

    @Test
    void writesTheFirstRecordThroughTheFolderToo() {
        group.delete();
        GroupState made = group.create("uid-2", SPEC);

        PutOutcome outcome = group.put(made.uid(), made.version(), withNonce(bootstrap(), "first"));

        assertThat(outcome).isEqualTo(new PutOutcome.Written(read()));
    }
}
