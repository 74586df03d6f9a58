package dev.millrace.broker.grouptool;

import dev.millrace.broker.record.GroupFolder;
import dev.millrace.broker.role.GroupState;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Takes a fence back. */
@Command(
        name = "unfence",
        mixinStandardHelpOptions = true,
        description = "Takes a fence back: the copy follows the master again and may become master.")
final class UnfenceCommand implements Callable<Integer> {
    private final Machine machine;

    @Mixin
    private WhichGroup which = new WhichGroup();

    @Option(names = "--copy", required = true, paramLabel = "COPY", description = "Number of the copy, from 0.")
    private int copy;

    @Mixin
    private Result result = new Result();

    UnfenceCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        GroupFolder files = which.files(machine);
        GroupState before = which.read(files);
        WhichGroup.requireCopy(copy, before.spec());
        GroupState after = files.unfence(copy);
        boolean isChanged = !after.spec().equals(before.spec());
        result.done(
                FenceCommand.fenced(after, isChanged),
                "copy " + copy + " of " + which.name() + (isChanged ? " is fenced no more" : " was not fenced"));
        return GroupToolException.OK;
    }
}
