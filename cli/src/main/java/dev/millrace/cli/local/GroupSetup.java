package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What must be on disk before the copies of broker groups start: their election records, and the messages of a broker that
 * was alone before in the place of its first copy. Every step is decided from what is there.
 *
 * <p>Thread-safe: confined to the main thread.
 */
record GroupSetup(ClusterPlan plan, DataFolder folder, Machine machine) {
    /** Moves stores to where their copies look for them; none of the plan's brokers may run. One line for each. */
    List<String> placeStores() {
        List<String> lines = new ArrayList<>();
        for (ServerPlan server : plan.servers()) {
            if (server.role() == Role.BROKER) {
                server.copy().ifPresentOrElse(copy -> adopt(copy, lines), () -> refuseFormerCopies(server.name()));
            }
        }
        return lines;
    }

    /** Makes each group what the plan says, also while its copies run. One line for each. */
    List<String> applyGroups() {
        List<String> lines = new ArrayList<>();
        plan.groups().forEach(group -> new GroupTool(machine).run(group.applyArguments(), lines::add));
        return lines;
    }

    private void adopt(CopyId copy, List<String> lines) {
        Path alone = folder.store(copy.group());
        Path place = folder.store(ServerPlan.copyName(copy));
        if (copy.number() != 0 || !Files.isDirectory(alone)) {
            return;
        }
        if (Files.exists(place)) {
            throw new CliException(
                    ExitCode.MACHINE,
                    alone + " holds messages of a broker that was alone, " + place
                            + " those of a copy; move away the one" + " that is not wanted");
        }
        folder.move(alone, place);
        lines.add("the messages of " + copy.group() + " are now those of its first copy, in " + place);
    }

    private void refuseFormerCopies(String name) {
        Optional<Path> former = Optional.of(folder.store(ServerPlan.copyName(new CopyId(name, 0))))
                .filter(Files::isDirectory)
                .filter(copy -> !Files.exists(folder.store(name)));
        if (former.isPresent()) {
            throw new CliException(
                    ExitCode.MACHINE,
                    "broker group " + name + " had several copies, its messages are in " + former.get()
                            + " and its neighbours; keep spec.brokers.copies above 1, or give another folder with --data");
        }
    }
}
