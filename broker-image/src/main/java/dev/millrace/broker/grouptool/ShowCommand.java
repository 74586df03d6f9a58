package dev.millrace.broker.grouptool;

import dev.millrace.broker.record.GroupFolder;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Member;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows a group as its folder has it. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Shows what is wanted of a broker group, and who is master.")
final class ShowCommand implements Callable<Integer> {
    private final Machine machine;

    @Mixin
    private WhichGroup which = new WhichGroup();

    @Mixin
    private Result result = new Result();

    ShowCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        GroupFolder files = which.files(machine);
        GroupState state = which.read(files);
        byte[] json = files.backup().orElse(new byte[0]);
        String master = state.record()
                .map(ShowCommand::record)
                .orElse("no record yet: its copies have not all been there at once");
        result.done(
                json,
                "broker group " + which.name() + " of cluster " + state.spec().cluster() + ": " + spec(state.spec())
                        + System.lineSeparator() + master);
        return GroupToolException.OK;
    }

    static String spec(GroupSpec spec) {
        return spec.copies() + (spec.copies() == 1 ? " copy" : " copies") + ", "
                + (spec.acks() == GroupSpec.Acks.ASYNC
                        ? "the master answers sends alone"
                        : "sends are answered when all in sync have them, at least " + spec.minInSync())
                + (spec.fenced().isEmpty() ? "" : ", fenced " + numbers(spec.fenced()));
    }

    private static String record(GroupRecord record) {
        String master = record.hasMaster()
                ? "master copy " + record.masterReplica() + " at " + record.masterAddress()
                : "no master";
        return "epoch " + record.epoch() + ": " + master + ", in sync " + members(record) + ", "
                + record.state().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " since " + record.changedAt();
    }

    static String members(GroupRecord record) {
        return numbers(record.syncSet().stream().map(Member::replica).toList());
    }

    private static String numbers(Collection<Integer> copies) {
        return copies.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
