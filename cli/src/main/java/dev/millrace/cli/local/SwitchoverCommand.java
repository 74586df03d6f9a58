package dev.millrace.cli.local;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace switchover}: another copy of a broker group becomes master. */
@Command(
        name = "switchover",
        description = {
            "Makes another copy of a local broker group master, without a loss.",
            "Waits until it is; a copy that is not in sync is refused."
        },
        footer = "Exit code: 0 the copy is master, 1 it is not, 3 nothing runs.")
public final class SwitchoverCommand implements Callable<Integer> {
    private final Machine machine;

    @Parameters(paramLabel = "GROUP", description = "Name of the broker group, such as local-g0.")
    private String group = "";

    @Option(
            names = "--to",
            paramLabel = "COPY",
            description = "Number of the copy that becomes master (default: the lowest one that is in sync).")
    private @Nullable Integer to;

    @Mixin
    private GroupSteering steering = new GroupSteering();

    public SwitchoverCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        return steering.steer(machine, group, "switchover", to == null ? List.of() : List.of("--to", to.toString()));
    }
}
