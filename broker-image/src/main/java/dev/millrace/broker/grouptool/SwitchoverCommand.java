package dev.millrace.broker.grouptool;

import dev.millrace.broker.record.GroupFolder;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupSpec.Switchover;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Member;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Asks the master to hand over, and waits until the record names another one. */
@Command(
        name = "switchover",
        mixinStandardHelpOptions = true,
        description = "Makes another copy master, without a loss and within about a second.")
final class SwitchoverCommand implements Callable<Integer> {
    private static final Duration STEP = Duration.ofMillis(10);

    private final Machine machine;

    @Mixin
    private WhichGroup which = new WhichGroup();

    @Option(
            names = "--to",
            paramLabel = "COPY",
            description = "Number of the copy that becomes master (default: the lowest one that is in sync).")
    private @Nullable Integer to;

    @Option(
            names = "--wait",
            defaultValue = "20",
            paramLabel = "S",
            description = "How long to wait before the wish is taken back (default: ${DEFAULT-VALUE}).")
    private int waitSeconds = 20;

    @Mixin
    private Result result = new Result();

    SwitchoverCommand(Machine machine) {
        this.machine = machine;
    }

    /** What {@code --json} prints. Public because the JSON codec reads it. */
    public record SwitchedOver(String group, int from, int to, long epoch, long milliseconds) {}

    @Override
    public Integer call() {
        if (waitSeconds < 1) {
            throw new GroupToolException(
                    GroupToolException.USAGE, "--wait is " + waitSeconds + "; give 1 or more seconds");
        }
        GroupFolder files = which.files(machine);
        GroupState state = which.read(files);
        GroupRecord before = state.record()
                .filter(GroupRecord::hasMaster)
                .orElseThrow(() -> GroupToolException.refused("broker group " + which.name()
                        + " has no master that could hand over; start its copies, or wait until one is elected"));
        int successor = to == null ? lowest(state.spec(), before) : checked(to, state.spec(), before);
        String requestId = machine.ids().get();
        long startNanos = machine.nanos().getAsLong();
        files.switchover(new Switchover(successor, requestId));
        result.progress("copy " + before.masterReplica() + ", master of epoch " + before.epoch()
                + ", is asked to hand over to copy " + successor);
        GroupRecord after = await(files, before, requestId, startNanos);
        long milliseconds =
                Duration.ofNanos(machine.nanos().getAsLong() - startNanos).toMillis();
        if (after.masterReplica() != successor) {
            throw GroupToolException.refused("copy " + after.masterReplica() + " became master of epoch "
                    + after.epoch() + ", not copy " + successor + "; ask again when copy " + successor + " is in sync");
        }
        result.done(
                new SwitchedOver(which.name(), before.masterReplica(), successor, after.epoch(), milliseconds),
                String.format(
                        Locale.ROOT,
                        "copy %d is master of epoch %d after %.2f s",
                        successor,
                        after.epoch(),
                        milliseconds / 1e3));
        return GroupToolException.OK;
    }

    private int lowest(GroupSpec spec, GroupRecord record) {
        return record.syncSet().stream()
                .map(Member::replica)
                .filter(copy -> copy != record.masterReplica())
                .filter(copy -> !spec.fenced().contains(copy))
                .min(Integer::compare)
                .orElseThrow(() -> GroupToolException.refused("no other copy of " + which.name()
                        + " could take over: in sync are " + ShowCommand.members(record)
                        + (spec.fenced().isEmpty() ? "" : ", fenced are " + spec.fenced())
                        + "; wait until another copy has caught up"));
    }

    private int checked(int copy, GroupSpec spec, GroupRecord record) {
        WhichGroup.requireCopy(copy, spec);
        if (copy == record.masterReplica()) {
            throw GroupToolException.refused("copy " + copy + " is master already, of epoch " + record.epoch());
        }
        if (spec.fenced().contains(copy)) {
            throw GroupToolException.refused("copy " + copy + " is fenced; unfence it first, or name another one");
        }
        if (record.syncSet().stream().noneMatch(member -> member.replica() == copy)) {
            throw GroupToolException.refused("copy " + copy + " is not in sync, only " + ShowCommand.members(record)
                    + " are; wait until it has caught up, or name another one");
        }
        return copy;
    }

    /** The record of the next mastership, whoever's it is. */
    private GroupRecord await(GroupFolder files, GroupRecord before, String requestId, long startNanos) {
        GroupRecord seen = before;
        while (machine.nanos().getAsLong() - startNanos
                < Duration.ofSeconds(waitSeconds).toNanos()) {
            GroupRecord now = files.read().flatMap(GroupState::record).orElse(seen);
            if (now.hasMaster() && now.epoch() > before.epoch()) {
                return now;
            }
            if (seen.hasMaster() && !now.hasMaster()) {
                result.progress("copy " + before.masterReplica() + " stepped down");
            }
            seen = now;
            machine.pause().accept(STEP);
        }
        files.changeSpec(spec -> withoutWish(spec, requestId));
        throw GroupToolException.refused(
                seen.hasMaster()
                        ? "copy " + seen.masterReplica() + " is still master after " + waitSeconds
                                + " s: it does not run, or its successor did not get everything in time; the wish is taken"
                                + " back, look at their logs and ask again"
                        : "no copy is master " + waitSeconds + " s after the wish; look at the logs of all copies");
    }

    private static GroupSpec withoutWish(GroupSpec spec, String requestId) {
        boolean isOurs = spec.switchover()
                .filter(wish -> wish.requestId().equals(requestId))
                .isPresent();
        return isOurs ? spec.withSwitchover(Optional.empty()) : spec;
    }
}
