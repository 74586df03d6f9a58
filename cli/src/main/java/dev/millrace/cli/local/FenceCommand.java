package dev.millrace.cli.local;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace fence}: a copy of a broker group may do nothing. */
@Command(
        name = "fence",
        description = {
            "A copy of a local broker group refuses everything from now on, until it is unfenced.",
            "A master hands over first, if another copy can take over."
        },
        footer = "Exit code: 0 it is fenced, also when it was before, 1 there is no such copy, 3 nothing runs.")
public final class FenceCommand implements Callable<Integer> {
    private final Machine machine;

    @Parameters(index = "0", paramLabel = "GROUP", description = "Name of the broker group, such as local-g0.")
    private String group = "";

    @Parameters(index = "1", paramLabel = "COPY", description = "Number of the copy, from 0.")
    private int copy;

    @Mixin
    private GroupSteering steering = new GroupSteering();

    public FenceCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        return steering.steer(machine, group, "fence", List.of("--copy", Integer.toString(copy)));
    }
}
