package dev.millrace.broker.grouptool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.record.GroupFolder;
import dev.millrace.broker.record.Sample;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupRecord.Reason;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.PutOutcome;
import dev.millrace.testkit.ManualClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole commands on a real folder; what the copies would write is written by the test while the command waits. */
class GroupMainTest {
    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final Path folder;
    private final GroupFolder group;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Runnable copies = () -> {};
    private int ids;

    GroupMainTest(@TempDir Path temp) {
        folder = temp.resolve("groups").resolve("group");
        group = new GroupFolder(folder, clock.nanos());
    }

    @Test
    void applyMakesTheGroup() {
        assertThat(apply()).isZero();

        GroupState state = group.read().orElseThrow();
        assertThat(state.uid()).isEqualTo("id-1");
        assertThat(state.spec()).isEqualTo(Sample.SPEC);
        assertThat(state.record()).isEmpty();
        assertThat(out.toString()).contains("broker group group made: 3 copies", "at least 2");
    }

    @Test
    void applyAgainChangesNothing() {
        apply();
        GroupState before = group.read().orElseThrow();

        assertThat(apply()).isZero();

        assertThat(group.read()).contains(before);
        assertThat(out.toString()).contains("broker group group as it was");
    }

    @Test
    void applyKeepsWhatAPersonAskedFor() {
        apply();
        group.switchover(new GroupSpec.Switchover(1, "wish"));
        group.approveUnclean(Optional.of(new GroupSpec.Unclean(2, "approval")));
        group.approveRepair(Optional.of("repair"));
        group.fence(2);

        assertThat(run("apply", "--cluster", "cluster", "--copies", "3", "--min-in-sync", "1", "--acks", "Async"))
                .isZero();

        GroupSpec spec = group.read().orElseThrow().spec();
        assertThat(spec.minInSync()).isEqualTo(1);
        assertThat(spec.acks()).isEqualTo(GroupSpec.Acks.ASYNC);
        assertThat(spec.switchover()).contains(new GroupSpec.Switchover(1, "wish"));
        assertThat(spec.uncleanElection()).contains(new GroupSpec.Unclean(2, "approval"));
        assertThat(spec.repairApproval()).contains("repair");
        assertThat(spec.fenced()).containsExactly(2);
        assertThat(out.toString()).contains("changed", "fenced 2");
    }

    @Test
    void applyTakesTimesAndFences() {
        assertThat(apply("--suspicion-ms", "700", "--lease-seconds", "6", "--renew-seconds", "2", "--fenced", "0,2"))
                .isZero();
        GroupSpec spec = group.read().orElseThrow().spec();
        assertThat(spec.timers()).isEqualTo(new GroupSpec.Timers(700, 5_000, 300, 150, 6, 2));
        assertThat(spec.fenced()).containsExactlyInAnyOrder(0, 2);

        assertThat(apply("--fenced")).isZero();
        assertThat(group.read().orElseThrow().spec().fenced()).isEmpty();
    }

    @Test
    void applyForgetsTheFenceOfACopyThatGoes() {
        apply("--fenced", "2");

        assertThat(run("apply", "--cluster", "cluster", "--copies", "2", "--min-in-sync", "1"))
                .isZero();

        assertThat(group.read().orElseThrow().spec().fenced()).isEmpty();
    }

    @Test
    void applyRefusesWhatCannotBe() throws IOException {
        refuses(2, "1 to 5", "apply", "--cluster", "c", "--copies", "9", "--min-in-sync", "1");
        refuses(2, "minInSync is 1 to copies", "apply", "--cluster", "c", "--copies", "2", "--min-in-sync", "3");
        refuses(
                2,
                "say AllInSync or Async",
                "apply",
                "--cluster",
                "c",
                "--copies",
                "3",
                "--min-in-sync",
                "2",
                "--acks",
                "Most");
        refuses(2, "missing required option", "apply", "--cluster", "c");
        refuses(
                2,
                "give 500 or more",
                "apply",
                "--cluster",
                "c",
                "--copies",
                "3",
                "--min-in-sync",
                "2",
                "--suspicion-ms",
                "1");
        refuses(
                2,
                "3 times --renew-seconds 4",
                "apply",
                "--cluster",
                "c",
                "--copies",
                "3",
                "--min-in-sync",
                "2",
                "--renew-seconds",
                "4");
        refuses(
                1,
                "numbered from 0 to 2",
                "apply",
                "--cluster",
                "c",
                "--copies",
                "3",
                "--min-in-sync",
                "2",
                "--fenced",
                "3");
        assertThat(folder).doesNotExist();
    }

    @Test
    void applyRefusesAnotherGroupsFolder() {
        apply();

        refuses(6, "make a new group", "apply", "--cluster", "other", "--copies", "3", "--min-in-sync", "2");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        refuses(6, folder + " does not exist; name the folder", "show");
        refuses(6, folder + " does not exist", "switchover");
        refuses(6, folder + " does not exist", "fence", "--copy", "1");
    }

    @Test
    void aDamagedFileIsNamedAndKept() throws IOException {
        apply();
        Files.writeString(folder.resolve("group.json"), "{\"format\":1,");

        for (String command : List.of("show", "switchover")) {
            refuses(6, folder.resolve("group.json") + " holds nonsense", command);
        }
        refuses(
                6,
                "put a whole copy in its place",
                "apply",
                "--cluster",
                "cluster",
                "--copies",
                "3",
                "--min-in-sync",
                "2");
        assertThat(folder.resolve("group.json")).hasContent("{\"format\":1,");
    }

    @Test
    void showsTheGroup() {
        group.create("uid-1", Sample.SPEC);
        assertThat(run("show")).isZero();
        assertThat(out.toString()).contains("broker group group of cluster cluster: 3 copies", "no record yet");

        elect();
        clear();
        assertThat(run("show")).isZero();
        assertThat(out.toString()).contains("epoch 1: master copy 0 at 127.0.0.1:10910, in sync 0, 1, 2, stable");

        clear();
        assertThat(run("show", "--json")).isZero();
        assertThat(out.toString())
                .startsWith("{")
                .contains("\"group\":\"group\"", "\"epoch\":1", "\"masterReplica\":0")
                .hasLineCount(1);
    }

    @Test
    void namesAnotherGroupThanTheFolderHolds() {
        group.create("uid-1", Sample.SPEC.withMinInSync(1));

        int exit = execute("show", "--folder", folder.toString(), "--group", "other");

        assertThat(exit).isEqualTo(1);
        assertThat(err.toString()).contains("holds broker group group, not other; name another");
    }

    @Test
    void fencesAndUnfences() {
        group.create("uid-1", Sample.SPEC);
        elect();

        assertThat(run("fence", "--copy", "0")).isZero();
        assertThat(run("fence", "--copy", "0")).isZero();
        assertThat(run("unfence", "--copy", "0")).isZero();
        assertThat(run("unfence", "--copy", "0")).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "copy 0 of group is fenced; it is master and hands over when another copy has everything",
                        "copy 0 of group was fenced already",
                        "copy 0 of group is fenced no more",
                        "copy 0 of group was not fenced");
        refuses(1, "copy 3 is none of the 3 copies of group; they are numbered from 0 to 2", "fence", "--copy", "3");
        clear();
        assertThat(run("fence", "--copy", "2", "--json")).isZero();
        assertThat(out.toString().strip()).isEqualTo("{\"group\":\"group\",\"fenced\":[2],\"changed\":true}");
    }

    @Test
    void saysWhenNoCopyIsLeft() {
        group.create("uid-1", Sample.SPEC.withFenced(Set.of(0, 1)));

        assertThat(run("fence", "--copy", "2")).isZero();

        assertThat(out.toString()).contains("all copies are, so the group serves nobody until one is unfenced");
    }

    @Test
    void switchesOverToTheLowestCopyInSync() {
        group.create("uid-1", Sample.SPEC);
        elect();
        copies = handingOver(1, "b");

        assertThat(run("switchover")).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "copy 0, master of epoch 1, is asked to hand over to copy 1",
                        "copy 0 stepped down",
                        "copy 1 is master of epoch 2 after 0.02 s");
    }

    @Test
    void switchesOverToTheNamedCopy() {
        group.create("uid-1", Sample.SPEC);
        elect();
        copies = handingOver(2, "c");

        assertThat(run("switchover", "--to", "2", "--json")).isZero();

        assertThat(out.toString().strip())
                .isEqualTo("{\"group\":\"group\",\"from\":0,\"to\":2,\"epoch\":2,\"milliseconds\":20}");
        assertThat(group.read().orElseThrow().spec().switchover()).contains(new GroupSpec.Switchover(2, "id-1"));
    }

    @Test
    void saysWhenAnotherCopyBecameMaster() {
        group.create("uid-1", Sample.SPEC);
        elect();
        copies = handingOver(2, "c");

        refuses(1, "copy 2 became master of epoch 2, not copy 1; ask again", "switchover", "--to", "1");
    }

    @Test
    void takesTheWishBackWhenNobodyHandsOver() {
        group.create("uid-1", Sample.SPEC);
        elect();

        refuses(1, "copy 0 is still master after 3 s", "switchover", "--wait", "3");

        assertThat(group.read().orElseThrow().spec().switchover()).isEmpty();
        assertThat(clock.instant()).isBetween(Instant.EPOCH.plusSeconds(3), Instant.EPOCH.plusMillis(3_050));
    }

    @Test
    void refusesACopyThatCannotTakeOver() {
        group.create("uid-1", Sample.SPEC);
        refuses(1, "has no master that could hand over", "switchover");
        put(Sample.bootstrap());
        put(Sample.record(2, 1, 0, Reason.MASTER_LOST, "a", "b"));
        group.fence(1);

        refuses(1, "copy 7 is none of the 3 copies", "switchover", "--to", "7");
        refuses(1, "copy 0 is master already, of epoch 1", "switchover", "--to", "0");
        refuses(1, "copy 1 is fenced; unfence it first", "switchover", "--to", "1");
        refuses(1, "copy 2 is not in sync, only 0, 1 are; wait", "switchover", "--to", "2");
        refuses(1, "no other copy of group could take over: in sync are 0, 1, fenced are [1]", "switchover");
        refuses(2, "give 1 or more seconds", "switchover", "--wait", "0");
        assertThat(group.read().orElseThrow().spec().switchover()).isEmpty();
    }

    @Test
    void wrongArgumentsNameTheHelp() {
        assertThat(execute()).isEqualTo(2);
        assertThat(execute("show", "--colour")).isEqualTo(2);

        assertThat(err.toString().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("group: ").contains("--help'"));
    }

    private int apply(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("apply", "--cluster", "cluster", "--copies", "3", "--min-in-sync", "2"));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private void elect() {
        put(Sample.bootstrap());
        put(Sample.elected());
    }

    /** At the first pause of the command the master steps down, at the second the successor is elected. */
    private Runnable handingOver(int successor, String storage) {
        List<Runnable> turns = new ArrayList<>(List.of(
                () -> put(Sample.record(3, 1, GroupRecord.NONE, Reason.STEP_DOWN, "a", "b", "c")),
                () -> put(Sample.withMaster(
                        Sample.record(4, 2, successor, Reason.SWITCHOVER, "a", "b", "c"), storage, "p" + storage))));
        return () -> {
            if (!turns.isEmpty()) {
                turns.removeFirst().run();
            }
        };
    }

    private void put(GroupRecord next) {
        GroupState now = group.read().orElseThrow();
        assertThat(group.put(now.uid(), now.version(), next)).isInstanceOf(PutOutcome.Written.class);
    }

    private void refuses(int exit, String text, String... arguments) {
        clear();
        assertThat(run(arguments)).as(err.toString()).isEqualTo(exit);
        assertThat(err.toString()).startsWith("group: ").contains(text).hasLineCount(1);
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(1, List.of("--folder", folder.toString(), "--group", "group"));
        return execute(all.toArray(String[]::new));
    }

    private int execute(String... arguments) {
        var machine = new Machine(clock.nanos(), this::pause, () -> "id-" + ++ids);
        var line = GroupMain.commandLine(machine);
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private void pause(Duration time) {
        clock.advance(time);
        copies.run();
    }

    private void clear() {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
    }
}
