package dev.millrace.broker.grouptool;

import dev.millrace.broker.record.GroupFolder;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupState;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fences a copy. */
@Command(
        name = "fence",
        mixinStandardHelpOptions = true,
        description = "From now on a copy refuses everything and never becomes master; a master hands over first.")
final class FenceCommand implements Callable<Integer> {
    private final Machine machine;

    @Mixin
    private WhichGroup which = new WhichGroup();

    @Option(names = "--copy", required = true, paramLabel = "COPY", description = "Number of the copy, from 0.")
    private int copy;

    @Mixin
    private Result result = new Result();

    FenceCommand(Machine machine) {
        this.machine = machine;
    }

    /** What {@code --json} prints. Public because the JSON codec reads it. */
    public record Fenced(String group, List<Integer> fenced, boolean changed) {}

    @Override
    public Integer call() {
        GroupFolder files = which.files(machine);
        GroupState before = which.read(files);
        WhichGroup.requireCopy(copy, before.spec());
        GroupState after = files.fence(copy);
        boolean isChanged = !after.spec().equals(before.spec());
        result.done(fenced(after, isChanged), text(after, isChanged));
        return GroupToolException.OK;
    }

    static Fenced fenced(GroupState state, boolean isChanged) {
        return new Fenced(
                state.spec().group(), state.spec().fenced().stream().sorted().toList(), isChanged);
    }

    private String text(GroupState after, boolean isChanged) {
        String name = "copy " + copy + " of " + which.name();
        if (!isChanged) {
            return name + " was fenced already";
        }
        boolean isMaster = after.record()
                .filter(GroupRecord::hasMaster)
                .filter(record -> record.masterReplica() == copy)
                .isPresent();
        boolean isLast = after.spec().fenced().size() == after.spec().copies();
        return name + " is fenced"
                + (isLast ? "; all copies are, so the group serves nobody until one is unfenced" : "")
                + (isMaster && !isLast ? "; it is master and hands over when another copy has everything" : "");
    }
}
