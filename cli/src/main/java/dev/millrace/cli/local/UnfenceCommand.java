package dev.millrace.cli.local;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace unfence}: a fenced copy takes part again. */
@Command(
        name = "unfence",
        description = {
            "Takes back what 'millrace fence' did: the copy follows the master again,",
            "and may become master."
        },
        footer = "Exit code: 0 it is not fenced, also when it was before, 1 there is no such copy, 3 nothing runs.")
public final class UnfenceCommand implements Callable<Integer> {
    private final Machine machine;

    @Parameters(index = "0", paramLabel = "GROUP", description = "Name of the broker group, such as local-g0.")
    private String group = "";

    @Parameters(index = "1", paramLabel = "COPY", description = "Number of the copy, from 0.")
    private int copy;

    @Mixin
    private GroupSteering steering = new GroupSteering();

    public UnfenceCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        return steering.steer(machine, group, "unfence", List.of("--copy", Integer.toString(copy)));
    }
}
